import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKillLoop } from './kill-loop.ts';
import { makeDataDir, missingServer } from './server-process.ts';

test('crash: kill -9 in a loop under load → no acknowledged write is lost', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const seed = Math.floor(Math.random() * 2 ** 32);
  t.diagnostic(`seed ${seed}`);
  const report = await runKillLoop({ dataDir: makeDataDir(t), seconds: 18, killsMin: 10, seed });
  t.diagnostic(JSON.stringify(report));
  assert.ok(report.kills >= 10);
  assert.ok(report.acknowledged > 1_000, 'there was hardly any load');
  assert.ok(report.snapshots > 0, 'no snapshot was taken: that path was not tried');
  assert.ok(report.takenUp > 0, 'no session outlived a crash');
});
