import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsk, errorOf, setAsk, startServer } from '../../scenario/asks.ts';
import type { ScenarioServer } from '../../scenario/scenario-server.ts';

function withQuota(limits: string, enforceQuota = true): ScenarioServer {
  const run = startServer({ enforceQuota });
  run.call('a', createAsk('/q'));
  run.call('a', createAsk('/zookeeper/quota/q'));
  const path = '/zookeeper/quota/q/zookeeper_limits';
  run.call('a', createAsk(path, { data: Buffer.from(limits) }));
  const stats = '/zookeeper/quota/q/zookeeper_stats';
  run.call('a', createAsk(stats, { data: Buffer.from('count=0,bytes=0') }));
  return run;
}

const create = (run: ScenarioServer, path: string, data = '') =>
  errorOf(run.call('a', createAsk(path, { data: Buffer.from(data) })));

test('quota: a hard count of 2 → the node itself and one more, at any depth', () => {
  const run = withQuota('count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2');
  assert.equal(create(run, '/q/1'), 'Ok');
  assert.equal(create(run, '/q/1/deep'), 'QuotaExceeded');
  assert.equal(errorOf(run.call('a', setAsk('/q/1', 'any length'))), 'Ok');
  assert.equal(create(run, '/other'), 'Ok');
});

test('quota: a hard limit of bytes → refuses what passes it; less is always allowed', () => {
  const run = withQuota('count=-1,bytes=-1=;byteHardLimit=4;countHardLimit=-1');
  assert.equal(create(run, '/q/1', '12345'), 'QuotaExceeded');
  assert.equal(create(run, '/q/1', '1234'), 'Ok');
  assert.equal(errorOf(run.call('a', setAsk('/q/1', '12345'))), 'QuotaExceeded');
  assert.equal(errorOf(run.call('a', setAsk('/q/1', '1'))), 'Ok');
});

test('quota: soft limits, limits that cannot be read, or enforceQuota=false → nothing is refused', () => {
  const soft = withQuota('count=1,bytes=1=;byteHardLimit=-1;countHardLimit=-1');
  assert.equal(create(soft, '/q/1', 'long'), 'Ok');
  const garbled = withQuota('what');
  assert.equal(create(garbled, '/q/1', 'long'), 'Ok');
  const off = withQuota('count=-1,bytes=-1=;byteHardLimit=1;countHardLimit=1', false);
  assert.equal(create(off, '/q/1', 'long'), 'Ok');
});

test('quota: behind an unapplied write → judged by what is applied, as in Java', () => {
  const run = withQuota('count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2');
  run.send('a', createAsk('/q/1'));
  run.send('a', createAsk('/q/2'));
  run.syncDisk();
  const errors = run.client('a').received.slice(-2).map(errorOf);
  assert.deepEqual(errors, ['Ok', 'Ok']);
  assert.equal(create(run, '/q/3'), 'QuotaExceeded');
});
