import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { TextOutput } from '../../src/tools/text-output.ts';

test('text output: many lines → full once, and drained in one piece', async () => {
  const pieces: string[] = [];
  const stream = new Writable({
    write(bytes: Buffer, _encoding, done) {
      pieces.push(bytes.toString());
      done();
    },
  });
  const output = new TextOutput(stream);
  let lines = 0;
  for (; !output.isFull; lines++) output.line('0123456789');
  await output.drain();
  await output.drain();
  assert.equal(output.isFull, false);
  assert.deepEqual(pieces, ['0123456789\n'.repeat(lines)]);
});

test('text output: the reader is gone → the loop that writes hears of it', async () => {
  const stream = new Writable({ write: (_bytes, _encoding, done) => done(new Error('gone')) });
  const output = new TextOutput(stream);
  output.line('lost');
  await assert.rejects(output.drain(), /gone/);
});
