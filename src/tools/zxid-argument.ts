/** A zxid on a command line: `0x1f`, or decimal, as Java's tools take it. */
import { InvalidArgumentError } from 'commander';
import type { Zxid } from '../base/zxid.ts';

export function parseZxid(text: string): Zxid {
  const zxid = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(zxid)) return zxid;
  throw new InvalidArgumentError('A zxid is like 0x100000002, or decimal.');
}
