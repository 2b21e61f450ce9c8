import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { encodeAsk, type PartAsk, type SentAsk } from '../../../src/sim/clients/client-request.ts';
import { readSentFrame } from '../../../src/sim/clients/read-ask.ts';
import { Workload } from '../../../src/sim/clients/workload.ts';

test('read-ask: whatever a simulated client sends → read back as it was', () => {
  const workload = new Workload(new Prng(1));
  const kinds = new Set<string>();
  for (let xid = 1; xid <= 2000; xid++) {
    const ask = workload.next();
    kinds.add(ask.kind);
    const read = readSentFrame(encodeAsk(xid, ask).subarray(4));
    assert.deepEqual(read, { xid, ask: asWritten(ask) });
  }
  assert.ok(kinds.size > 14, [...kinds].join(' '));
});

test('read-ask: setWatches → with no persistent ones; setWatches2 → with them', () => {
  const watches = {
    relativeZxid: 7,
    dataWatches: ['/a'],
    existWatches: [],
    childWatches: ['/b'],
    persistentWatches: [],
    persistentRecursiveWatches: ['/c'],
  };
  const both = { kind: 'setWatches2', watches } as const;
  assert.deepEqual(readSentFrame(encodeAsk(-8, both).subarray(4)), { xid: -8, ask: both });
  const { ask } = readSentFrame(encodeAsk(-8, { kind: 'setWatches', watches }).subarray(4));
  const plain = { ...watches, persistentRecursiveWatches: [] };
  assert.deepEqual(ask, { kind: 'setWatches', watches: plain });
});

/** A time to live is on the wire for TTL nodes only. */
function asWritten(ask: SentAsk): SentAsk {
  if (ask.kind === 'multi') return { ...ask, parts: ask.parts.map(partAsWritten) };
  return ask.kind === 'create' ? partAsWritten(ask) : ask;
}

function partAsWritten<P extends PartAsk>(part: P): P {
  return part.kind === 'create' && part.type !== OpCode.createTtl ? { ...part, ttl: 0 } : part;
}
