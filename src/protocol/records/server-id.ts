/** Longs between servers that are numbers here: server ids, and zxids and epochs that are checked. */
import { assert } from '../../base/assert.ts';
import { NO_SERVER, OBSERVER_ID, type ServerId } from '../../base/server-id.ts';
import type { BinaryReader } from '../jute/binary-reader.ts';
import type { BinaryWriter } from '../jute/binary-writer.ts';
import { JuteError } from '../jute/jute-error.ts';
import type { JuteType } from '../jute/schema.ts';

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** A long that must be exact as a number: beyond ±2^53 it is a JuteError. */
export function readSafeLong(reader: BinaryReader): number {
  const value = reader.longAsNumber();
  if (!Number.isSafeInteger(value)) throw new JuteError(`long beyond 2^53: about ${value}`);
  return value;
}

export function writeSafeLong(writer: BinaryWriter, value: number): void {
  assert(Number.isSafeInteger(value), 'a long beyond 2^53');
  writer.longFromNumber(value);
}

/** As `readSafeLong`, but Long.MIN_VALUE is NO_SERVER: observers send it for whatever they lack. */
export function readLongOrNone(reader: BinaryReader): number {
  const value = reader.long();
  if (value === LONG_MIN) return NO_SERVER;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new JuteError(`long beyond 2^53: ${value}`);
  return number;
}

export function writeLongOrNone(writer: BinaryWriter, value: number): void {
  if (value === NO_SERVER) writer.long(LONG_MIN);
  else writeSafeLong(writer, value);
}

/** As `readLongOrNone`, and Long.MAX_VALUE is OBSERVER_ID. */
export function readServerId(reader: BinaryReader): ServerId {
  const at = reader.at;
  if (reader.long() === LONG_MAX) return OBSERVER_ID;
  reader.at = at;
  return readLongOrNone(reader);
}

export function writeServerId(writer: BinaryWriter, id: ServerId): void {
  if (id === OBSERVER_ID) writer.long(LONG_MAX);
  else writeLongOrNone(writer, id);
}

/** A zxid from another server: checked, because what is rounded would be taken for another one. */
export const checkedZxid: JuteType<number> = {
  name: 'zxid',
  read: readSafeLong,
  write: writeSafeLong,
  describe: (value) => (value < 0 ? String(value) : `0x${value.toString(16)}`),
};

/** The id of a server that has one. */
export const checkedServerId: JuteType<ServerId> = {
  name: 'serverId',
  read: readSafeLong,
  write: writeSafeLong,
  describe: String,
};
