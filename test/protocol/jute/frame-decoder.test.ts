// Frames out of a stream that is cut anywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameDecoder } from '../../../src/protocol/jute/frame-decoder.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';

const FRAME_BYTES_MAX = 1_048_575;

const framed = (bodies: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      return [length, body];
    }),
  );

/** All frames of the chunk, as copies: a frame is good only until the next push. */
function decode(decoder: FrameDecoder, chunk: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  decoder.push(chunk);
  while (decoder.next()) {
    frames.push(Buffer.from(decoder.bytes.subarray(decoder.start, decoder.end)));
  }
  return frames;
}

const hexOf = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => Buffer.from(frame).toString('hex'));

const bodies = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 9000, size: 'max' })),
  { maxLength: 8 },
);

test('frames: any bodies cut anywhere → the same bodies', () => {
  const cuts = fc.array(fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 20_000 })), { maxLength: 20 });
  fc.assert(
    fc.property(bodies, cuts, (sent, positions) => {
      const stream = framed(sent);
      const decoder = new FrameDecoder(FRAME_BYTES_MAX);
      const received: Buffer[] = [];
      let from = 0;
      const ends = positions.map((each) => Math.min(each, stream.length)).sort((a, b) => a - b);
      for (const end of [...ends, stream.length]) {
        // A fresh buffer that is spoilt afterwards: what is kept must be a copy.
        const chunk = Buffer.from(stream.subarray(from, end));
        received.push(...decode(decoder, chunk));
        chunk.fill(0xee);
        from = end;
      }
      assert.deepEqual(hexOf(received), hexOf(sent));
      assert.equal(decoder.isMidFrame, false);
    }),
  );
});

test('frames: one byte at a time → the same bodies', () => {
  const sent = [Buffer.from(''), Buffer.from('a'), Buffer.alloc(300, 7), Buffer.from('')];
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const received: Buffer[] = [];
  for (const byte of framed(sent)) received.push(...decode(decoder, Uint8Array.of(byte)));
  assert.deepEqual(hexOf(received), hexOf(sent));
});

test('frames: a frame whole in its chunk → handed out in place', () => {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const chunk = framed([Buffer.from('ab')]);
  decoder.push(chunk);
  assert.ok(decoder.next());
  assert.equal(decoder.bytes, chunk);
  assert.deepEqual([decoder.start, decoder.end], [4, 6]);
});

test('frames: a stream that ends inside one → mid-frame until the rest has come', () => {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const stream = framed([Buffer.from('abcd')]);
  for (let end = 1; end < stream.length; end++) {
    assert.deepEqual(decode(decoder, stream.subarray(end - 1, end)), []);
    assert.ok(decoder.isMidFrame, `after ${end} bytes`);
  }
  assert.deepEqual(hexOf(decode(decoder, stream.subarray(-1))), ['61626364']);
  assert.equal(decoder.isMidFrame, false);
});

test('frames: the largest allowed length → taken; one more → JuteError', () => {
  const largest = framed([Buffer.alloc(100, 1)]);
  assert.equal(decode(new FrameDecoder(100), largest).length, 1);
  assert.throws(() => decode(new FrameDecoder(99), largest), JuteError);
});

for (const length of ['ffffffff', '80000000', '7fffffff', '00100000']) {
  test(`frames: the length 0x${length} → JuteError, whole or in pieces, and no memory taken`, () => {
    const bytes = Buffer.from(length, 'hex');
    const before = process.memoryUsage().arrayBuffers;
    const kept: FrameDecoder[] = [];
    for (let cut = 0; cut < 4; cut++) {
      const decoder = new FrameDecoder(FRAME_BYTES_MAX);
      kept.push(decoder);
      assert.deepEqual(decode(decoder, bytes.subarray(0, cut)), []);
      assert.throws(() => decode(decoder, bytes.subarray(cut)), /Len error/);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20, String(kept.length));
  });
}

test('frames: a good frame before a bad length → handed out before the error', () => {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  decoder.push(Buffer.concat([framed([Buffer.from('ok')]), Buffer.from('ffffffff', 'hex')]));
  assert.ok(decoder.next());
  assert.throws(() => decoder.next(), JuteError);
});

test('frames: 200 connections that claim a megabyte and send 100 bytes → hardly any memory', () => {
  const start = Buffer.concat([Buffer.from('000fffff', 'hex'), Buffer.alloc(96)]);
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 200 }, () => new FrameDecoder(FRAME_BYTES_MAX));
  for (const decoder of decoders) assert.deepEqual(decode(decoder, start), []);
  const bytesEach = (process.memoryUsage().arrayBuffers - before) / decoders.length;
  assert.ok(bytesEach <= 8192, `${bytesEach} bytes each`);
  assert.ok(decoders.every((decoder) => decoder.isMidFrame));
});

test('frames: a claimed megabyte that comes in pieces → memory within twice what has come', () => {
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 20 }, () => new FrameDecoder(FRAME_BYTES_MAX));
  const piece = Buffer.alloc(10_000);
  for (const decoder of decoders) {
    decode(decoder, Buffer.from('000fffff', 'hex'));
    for (let i = 0; i < 10; i++) decode(decoder, piece);
  }
  global.gc?.();
  const bytesEach = (process.memoryUsage().arrayBuffers - before) / decoders.length;
  // Without a forced collection the outgrown buffers count, too: 4 + 8 + … + 128 KiB.
  assert.ok(bytesEach < 450_000, `${bytesEach} bytes each`);
});
