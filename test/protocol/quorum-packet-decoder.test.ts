// Quorum packets, and the snapshot between them, out of a stream that is cut anywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../src/protocol/jute/jute-error.ts';
import { QuorumPacketDecoder } from '../../src/protocol/quorum-packet-decoder.ts';
import {
  QuorumPacket,
  QuorumPacketType,
  SNAPSHOT_SIGNATURE,
  writeCommit,
  writeProposal,
  writeQuorumPacket,
} from '../../src/protocol/records/quorum.ts';
import { plainString } from './jute/generated-reader.ts';

const PACKET_BYTES_MAX = 2_097_150;

const text = fc.option(plainString());
const ids = fc.record({ scheme: text, id: text }, { noNullPrototype: true });
const packets: fc.Arbitrary<QuorumPacket> = fc.record(
  {
    type: fc.integer(),
    zxid: fc.maxSafeInteger(),
    data: fc.option(fc.uint8Array({ maxLength: 70 })),
    authinfo: fc.option(fc.array(ids, { maxLength: 4 })),
  },
  { noNullPrototype: true },
);
const streams = fc.array(
  fc.oneof(
    packets,
    fc.uint8Array({ maxLength: 9000, size: 'max' }).map(
      (data): QuorumPacket => ({
        ...{ type: QuorumPacketType.PROPOSAL, zxid: 0x100000001, data, authinfo: null },
      }),
    ),
  ),
  { maxLength: 8 },
);

function streamOf(all: readonly QuorumPacket[]): Buffer {
  const writer = new BinaryWriter();
  for (const packet of all) writeQuorumPacket(writer, packet);
  return Buffer.from(writer.take());
}

/** The packet that the decoder is at, with data of its own. */
function packetAt(decoder: QuorumPacketDecoder): QuorumPacket {
  const { type, zxid, data, authinfo } = decoder;
  return { type, zxid, data: data === null ? null : new Uint8Array(data), authinfo };
}

function decode(decoder: QuorumPacketDecoder, chunk: Uint8Array): QuorumPacket[] {
  const found: QuorumPacket[] = [];
  decoder.push(chunk);
  while (decoder.next()) found.push(packetAt(decoder));
  return found;
}

test('quorum packets: any packets cut anywhere → the same packets', () => {
  const cuts = fc.array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 20_000 })), { maxLength: 20 });
  fc.assert(
    fc.property(streams, cuts, (sent, positions) => {
      const stream = streamOf(sent);
      const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
      const received: QuorumPacket[] = [];
      let from = 0;
      const ends = positions.map((each) => Math.min(each, stream.length)).sort((a, b) => a - b);
      for (const end of [...ends, stream.length]) {
        // A fresh buffer that is spoilt afterwards: what is kept must be a copy.
        const chunk = Buffer.from(stream.subarray(from, end));
        received.push(...decode(decoder, chunk));
        chunk.fill(0xee);
        from = end;
      }
      assert.deepEqual(received, sent);
      assert.equal(decoder.isMidPacket, false);
      assert.equal(decoder.hasUnread, false);
    }),
  );
});

test('quorum packets: one byte at a time → the same packets', () => {
  fc.assert(
    fc.property(streams, (sent) => {
      const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
      const received: QuorumPacket[] = [];
      for (const byte of streamOf(sent)) received.push(...decode(decoder, Uint8Array.of(byte)));
      assert.deepEqual(received, sent);
    }),
    { numRuns: 30 },
  );
});

test('quorum packets: a megabyte, then 50,000 ids, byte by byte → no more work than bytes', () => {
  // Walked again from its start for each byte, this would not end within the test's time.
  const data = new Uint8Array(1_000_000).fill(7);
  const ids = Array.from({ length: 50_000 }, () => ({ scheme: 'ip', id: '127.0.0.1' }));
  const stream = streamOf([{ type: 1, zxid: -1, data, authinfo: ids }]);
  const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
  let found = 0;
  for (let at = 0; at < stream.length; at++) {
    decoder.push(stream.subarray(at, at + 1));
    while (decoder.next()) found++;
    if (at < stream.length - 1) assert.ok(decoder.isMidPacket);
  }
  assert.equal(found, 1);
  assert.deepEqual(decoder.data, data);
  assert.equal(decoder.authinfo?.length, ids.length);
});

test('quorum packets: a packet whole in its chunk → handed out in place', () => {
  const writer = new BinaryWriter();
  writeCommit(writer, 0x300000001);
  writeProposal(writer, 0x300000002, Buffer.from('abc'));
  const chunk = writer.take();
  const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
  decoder.push(chunk);
  assert.ok(decoder.next());
  assert.deepEqual([decoder.type, decoder.zxid], [QuorumPacketType.COMMIT, 0x300000001]);
  assert.deepEqual([decoder.data, decoder.authinfo], [null, null]);
  assert.ok(decoder.hasUnread);
  assert.ok(decoder.next());
  assert.equal(decoder.bytes, chunk);
  assert.deepEqual([decoder.start, decoder.end], [20 + 16, 20 + 16 + 3]);
  assert.equal(decoder.next(), false);
});

test('quorum packets: data and ids that are null, empty or counted below zero → told apart', () => {
  const header = '00000005ffffffffffffffff';
  const read = (rest: string): QuorumPacket[] =>
    decode(new QuorumPacketDecoder(100), Buffer.from(header + rest, 'hex'));
  const ping = { type: 5, zxid: -1 };
  const nothing = new Uint8Array(0);
  assert.deepEqual(read('ffffffffffffffff'), [{ ...ping, data: null, authinfo: null }]);
  assert.deepEqual(read('0000000000000000'), [{ ...ping, data: nothing, authinfo: [] }]);
  assert.deepEqual(read('00000000fffffffe'), [{ ...ping, data: nothing, authinfo: [] }]);
  const nulls = [{ scheme: null, id: null }];
  const withNulls = read('ffffffff00000001ffffffffffffffff');
  assert.deepEqual(withNulls, [{ ...ping, data: null, authinfo: nulls }]);
});

const snapshot = Buffer.from('not packets at all: a snapshot of some length');

/** What a learner does: a SNAP packet, raw bytes up to the signature, packets again. */
function decodeSnap(chunks: readonly Buffer[]): { types: number[]; raw: string } {
  const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
  const types: number[] = [];
  let raw = '';
  let wanted = 0;
  for (const chunk of chunks) {
    decoder.push(chunk);
    while (true) {
      const bytes = wanted > 0 ? decoder.takeRaw() : null;
      if (bytes !== null) {
        // Not all that is there, as a reader of a snapshot takes only whole entries.
        const count = Math.min(wanted, bytes.end - bytes.start, 7);
        raw += Buffer.from(bytes.bytes).toString('latin1', bytes.start, bytes.start + count);
        decoder.consumeRaw(count);
        wanted -= count;
      } else if (wanted > 0 || !decoder.next()) {
        break;
      } else {
        types.push(decoder.type);
        if (decoder.type === QuorumPacketType.SNAP) wanted = snapshot.length;
      }
    }
  }
  return { types, raw };
}

test('quorum packets: SNAP, a snapshot and more packets, cut anywhere → each to its reader', () => {
  const empty = { zxid: 0x200000000, data: null, authinfo: null };
  const stream = Buffer.concat([
    streamOf([{ ...empty, type: QuorumPacketType.SNAP }]),
    snapshot,
    streamOf([
      { ...empty, type: QuorumPacketType.NEWLEADER },
      { ...empty, type: QuorumPacketType.UPTODATE },
    ]),
  ]);
  const expected = { types: [15, 10, 12], raw: snapshot.toString('latin1') };
  for (let cut = 0; cut <= stream.length; cut++) {
    assert.deepEqual(decodeSnap([stream.subarray(0, cut), stream.subarray(cut)]), expected);
  }
  const single = [...stream].map((byte) => Buffer.of(byte));
  assert.deepEqual(decodeSnap(single), expected);
  assert.equal(SNAPSHOT_SIGNATURE.length, 10);
});

test('quorum packets: raw bytes where there are none, in a packet, or too many → a bug', () => {
  const decoder = new QuorumPacketDecoder(100);
  assert.equal(decoder.takeRaw(), null);
  assert.throws(() => decoder.consumeRaw(1), /more consumed/);
  decode(decoder, Buffer.alloc(5));
  assert.throws(() => decoder.takeRaw(), /middle of a packet/);
});

test('quorum packets: a chunk that is reused before it is read → kept by keepUnread', () => {
  const sent = [1, 2, 3].map((zxid) => ({ type: 4, zxid, data: null, authinfo: null }));
  const decoder = new QuorumPacketDecoder(100);
  const chunk = streamOf(sent);
  decoder.push(chunk);
  assert.ok(decoder.next());
  decoder.keepUnread();
  chunk.fill(0xee);
  assert.throws(() => decoder.push(chunk), /before the last one is read/);
  const rest: QuorumPacket[] = [];
  while (decoder.next()) rest.push(packetAt(decoder));
  assert.deepEqual(rest, sent.slice(1));
});

const header = (zxid: string): string => `00000002${zxid}`;
const refused: Readonly<Record<string, string>> = {
  'data longer than allowed': `${header('0000000100000001')}00000065`,
  'data of a length below -1': `${header('0000000100000001')}fffffffe`,
  'data of the largest length': `${header('0000000100000001')}7fffffff`,
  'more ids than could be': `${header('0000000100000001')}ffffffff0000000d`,
  'the largest count of ids': `${header('0000000100000001')}ffffffff7fffffff`,
  'a scheme longer than allowed': `${header('0000000100000001')}ffffffff0000000100000061`,
  'a scheme of a length below -1': `${header('0000000100000001')}ffffffff00000001fffffffe`,
  'a zxid of 2^53': `${header('0020000000000000')}00000000`,
  'a zxid of -2^53': `${header('ffe0000000000000')}00000000`,
  'the largest zxid': `${header('7fffffffffffffff')}00000000`,
};

for (const [what, hex] of Object.entries(refused)) {
  test(`quorum packets: ${what} → JuteError, whole or in pieces, and again when asked again`, () => {
    const bytes = Buffer.from(hex, 'hex');
    for (let cut = 0; cut < bytes.length; cut++) {
      const decoder = new QuorumPacketDecoder(100);
      assert.deepEqual(decode(decoder, bytes.subarray(0, cut)), []);
      assert.throws(() => decode(decoder, bytes.subarray(cut)), JuteError);
      assert.throws(() => decoder.next(), JuteError);
    }
  });
}

test('quorum packets: ids that are too long only together → JuteError', () => {
  const ids = Array.from({ length: 10 }, () => ({ scheme: 'ip', id: '1' }));
  const bytesOfIds = ids.length * (8 + 3);
  const stream = streamOf([{ type: 1, zxid: 1, data: null, authinfo: ids }]);
  assert.equal(decode(new QuorumPacketDecoder(bytesOfIds), stream).length, 1);
  assert.throws(() => decode(new QuorumPacketDecoder(bytesOfIds - 1), stream), JuteError);
});

test('quorum packets: the largest data → taken; one byte more → JuteError', () => {
  const stream = streamOf([{ type: 2, zxid: 1, data: new Uint8Array(100), authinfo: null }]);
  assert.equal(decode(new QuorumPacketDecoder(100), stream).length, 1);
  assert.throws(() => decode(new QuorumPacketDecoder(99), stream), JuteError);
});

test('quorum packets: 200 links that claim a megabyte and send 100 bytes → hardly any memory', () => {
  const start = Buffer.concat([
    Buffer.from(`${header('0000000000000001')}000fffff`, 'hex'),
    Buffer.alloc(84),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 200 }, () => new QuorumPacketDecoder(PACKET_BYTES_MAX));
  for (const decoder of decoders) assert.deepEqual(decode(decoder, start), []);
  const bytesEach = (process.memoryUsage().arrayBuffers - before) / decoders.length;
  assert.ok(bytesEach <= 8192, `${bytesEach} bytes each`);
  assert.ok(decoders.every((decoder) => decoder.isMidPacket));
});

/** Bytes that get somewhere: small numbers are likelier than others. */
const likelyBytes = fc.array(
  fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }), fc.nat({ max: 255 })),
  { maxLength: 400, size: 'max' },
);

test('quorum packets: random bytes → packets within the bound, or JuteError and nothing else', () => {
  const outcomes = { packets: 0, errors: 0 };
  fc.assert(
    fc.property(likelyBytes, fc.nat({ max: 50 }), (bytes, step) => {
      const decoder = new QuorumPacketDecoder(64);
      try {
        for (let at = 0; at < bytes.length; at += step + 1) {
          for (const packet of decode(decoder, Uint8Array.from(bytes.slice(at, at + step + 1)))) {
            outcomes.packets++;
            assert.ok((packet.data?.length ?? 0) <= 64);
            assert.ok((packet.authinfo?.length ?? 0) <= 8);
            assert.deepEqual(
              QuorumPacket.read(new BinaryReader(new Uint8Array(streamOf([packet])))),
              packet,
            );
          }
        }
      } catch (error) {
        if (!(error instanceof JuteError)) throw error;
        outcomes.errors++;
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(outcomes.packets > 100 && outcomes.errors > 100, JSON.stringify(outcomes));
});
