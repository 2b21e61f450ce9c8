/**
 * The targets `quorum` and `election`: what other servers send. Packets and messages of real servers,
 * mutated and cut anywhere, give the same packets as uncut, or a JuteError, and nothing else.
 */
import assert from 'node:assert/strict';
import type { Prng } from '../../src/base/prng.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../src/protocol/jute/jute-error.ts';
import { QuorumPacketDecoder } from '../../src/protocol/quorum-packet-decoder.ts';
import {
  encodeNotification,
  INITIAL_MESSAGE_BYTES_MAX,
  readInitialMessage,
  readNotification,
} from '../../src/protocol/records/election.ts';
import * as quorum from '../../src/protocol/records/quorum.ts';
import { goldenNames, readGolden } from '../protocol/golden-file.ts';
import { type FuzzTarget, fromHex, smallerLists, toHex } from './fuzz-target.ts';
import { INTERESTING_INTS, intBytes, mutateBytes, randomBytes } from './mutation.ts';

const PACKET_BYTES_MAX = 4096;
const PACKETS_MAX = 6;

const goldenIn = (folder: string): readonly Buffer[] =>
  goldenNames(folder).map((file) => readGolden(`${folder}/${file}`));
// A snapshot is not packets: what follows a SNAP is read by others.
const packets = goldenIn('quorum').filter((bytes) => bytes.readInt32BE(0) !== 15);
const messages = goldenIn('election');

function onlyJuteErrors<T>(read: () => T): T | JuteError {
  try {
    return read();
  } catch (error) {
    if (error instanceof JuteError) return error;
    throw error;
  }
}

/** What the chunks give: each packet written again, and the error at their end, if there is one. */
function decodeAll(chunks: readonly Uint8Array[]): readonly string[] {
  const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
  const found: string[] = [];
  const error = onlyJuteErrors(() => {
    for (const chunk of chunks) {
      decoder.push(chunk.slice());
      while (decoder.next()) found.push(checkPacket(decoder));
    }
  });
  return error instanceof JuteError ? [...found, error.message] : found;
}

function checkPacket({ type, zxid, data, authinfo }: QuorumPacketDecoder): string {
  assert.ok((data?.length ?? 0) <= PACKET_BYTES_MAX, 'more data than allowed');
  assert.ok((authinfo?.length ?? 0) <= PACKET_BYTES_MAX / 8, 'more ids than allowed');
  assert.ok(Number.isSafeInteger(zxid), 'a zxid that is rounded');
  const packet = { type, zxid, data, authinfo };
  assert.ok(!quorum.describeQuorumPacket(packet).includes('\n'));
  const writer = new BinaryWriter();
  quorum.writeQuorumPacket(writer, packet);
  if (data !== null) checkBodies(data);
  return toHex(writer.take());
}

/** Every reader of a body, whatever the packet's type: who reads may be mistaken about it. */
function checkBodies(data: Uint8Array): void {
  const reader = new BinaryReader(data);
  const start = (): BinaryReader => reader.reset(data, 0, data.length);
  onlyJuteErrors(() => quorum.readLearnerInfo(data));
  onlyJuteErrors(() => quorum.readTouchedSessions(start()));
  for (const record of [
    ...[quorum.ForwardedRequest, quorum.SessionTimeout, quorum.SessionValidity],
    ...[quorum.ActivatedConfig, quorum.LeaderInfo, quorum.AckEpoch],
  ]) {
    onlyJuteErrors(() => record.read(start()));
  }
  quorum.decodeConfigText(data);
}

/** The bytes in pieces: often small ones, sometimes all in one. */
function cutAnywhere(bytes: Uint8Array, prng: Prng): Uint8Array[] {
  const longest = prng.pick([1, 3, 20, 200, 100_000]);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + prng.between(1, longest);
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}

function mutatePacket(prng: Prng): Buffer {
  const packet = Buffer.from(prng.pick(packets));
  if (prng.chance(0.6)) return packet;
  if (prng.chance(0.5)) return mutateBytes(packet, prng);
  // Where lengths, counts and the zxid are.
  intBytes(prng.pick(INTERESTING_INTS)).copy(packet, prng.pick([0, 4, 8, 12, packet.length - 4]));
  return packet;
}

export const quorumTarget: FuzzTarget<readonly Uint8Array[]> = {
  name: 'quorum',
  generate(prng) {
    const count = prng.between(1, PACKETS_MAX);
    const stream = Buffer.concat(Array.from({ length: count }, () => mutatePacket(prng)));
    return cutAnywhere(stream, prng);
  },
  check(chunks) {
    assert.deepEqual(decodeAll(chunks), decodeAll([Buffer.concat(chunks)]));
  },
  encode: (chunks) => `${chunks.map(toHex).join('\n')}\n`,
  decode: (text) => text.trim().split('\n').map(fromHex),
  smaller: smallerLists,
};

function checkInitialMessage(bytes: Uint8Array): void {
  const message = onlyJuteErrors(() => readInitialMessage(bytes));
  if (message instanceof JuteError) return;
  if (message === null) {
    assert.ok(bytes.length < INITIAL_MESSAGE_BYTES_MAX, 'more is wanted for ever');
    return;
  }
  const { length } = message;
  assert.ok(length <= bytes.length && length <= INITIAL_MESSAGE_BYTES_MAX);
  for (let cut = 0; cut < length; cut++) {
    assert.equal(readInitialMessage(bytes.subarray(0, cut)), null, 'taken before it is whole');
  }
}

export const electionTarget: FuzzTarget<Uint8Array> = {
  name: 'election',
  generate(prng) {
    if (prng.chance(0.05)) return new Uint8Array(randomBytes(prng, prng.below(100)));
    let bytes: Buffer = Buffer.from(prng.pick(messages));
    for (let left = prng.below(4); left > 0; left--) bytes = mutateBytes(bytes, prng);
    return new Uint8Array(bytes);
  },
  check(bytes) {
    checkInitialMessage(bytes);
    const read = readNotification(bytes);
    if (read.kind === 'ignored') return;
    const again = readNotification(encodeNotification(read));
    assert.deepEqual(again, { ...read, config: read.config ?? '', version: 2 });
  },
  encode: toHex,
  decode: fromHex,
  *smaller(bytes) {
    for (const list of smallerLists([...bytes])) yield Uint8Array.from(list);
  },
};
