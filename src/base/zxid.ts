/**
 * Zxid: ZooKeeper's 64-bit transaction id, epoch in the high 32 bits, counter in the low 32.
 *
 * Kept as a plain number: exact below 2^53, which is epoch 2^21. `makeZxid` refuses more, so
 * ordering and equality are the ordinary operators everywhere else.
 */
import { assert } from './assert.ts';

export type Zxid = number;
export type Epoch = number;

export const EPOCH_MAX = 2 ** 21 - 1;
const TWO_32 = 4294967296;

export function makeZxid(epoch: Epoch, counter: number): Zxid {
  assert(epoch >= 0 && epoch <= EPOCH_MAX, 'epoch out of range');
  assert(counter >= 0 && counter < TWO_32, 'zxid counter out of range');
  return epoch * TWO_32 + counter;
}

export function epochOf(zxid: Zxid): Epoch {
  return Math.floor(zxid / TWO_32);
}

export function counterOf(zxid: Zxid): number {
  return zxid % TWO_32;
}

/** As ZooKeeper prints it: `0x` and lower-case hex, no padding. */
export function describeZxid(zxid: Zxid): string {
  return zxid < 0 ? '-1' : `0x${zxid.toString(16)}`;
}
