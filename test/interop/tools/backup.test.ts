// Backups of a running Java server, whose snapshots are fuzzy: what is restored at a zxid must be
// the recorded history up to there, and both servers must start on it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import {
  RecordedHistory,
  type State,
  stateOfSnapshot,
} from '../../process/tools/recorded-history.ts';
import { makeFolder, zooid } from '../../tools/tool-run.ts';
import { javaServerAvailability, quickJvmFlags, startJavaServer } from '../java-server.ts';
import type { RunningServer } from '../running-server.ts';
import { startZooidServer } from '../zooid-server.ts';

async function connect(t: TestContext, server: RunningServer): Promise<ZooKeeper> {
  t.after(() => server.kill());
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  t.after(() => zk.close());
  return zk;
}

async function stateOf(zk: ZooKeeper): Promise<State> {
  const names = (await zk.getChildren('/')).filter((name) => name !== 'zookeeper');
  const nodes = names.map(async (name) => {
    const { data, stat } = await zk.getData(`/${name}`);
    const { version, czxid, mzxid } = stat;
    const state = { data: Buffer.from(data ?? []).toString(), version };
    return [`/${name}`, { ...state, czxid: Number(czxid), mzxid: Number(mzxid) }] as const;
  });
  return new Map(await Promise.all(nodes));
}

/** And ends the server. */
async function readState(t: TestContext, server: RunningServer): Promise<State> {
  const zk = await connect(t, server);
  const state = await stateOf(zk);
  await zk.close();
  await server.kill();
  return state;
}

test('backup: of a running Java 3.9 → restored at any zxid, and both servers start on it', async (t) => {
  const { available, reason } = await javaServerAvailability('3.9');
  if (!available) return t.skip(reason);
  const dataDir = makeFolder(t);
  const java = {
    version: '3.9' as const,
    jvmFlags: quickJvmFlags,
    systemProperties: { 'zookeeper.snapCount': '100' },
  };
  const source = await startJavaServer({ ...java, dataDir });
  const zk = await connect(t, source);
  const history = new RecordedHistory(zk, 1);
  const backup = makeFolder(t);
  const points: number[] = [];
  for (let round = 0; round < 3; round++) {
    const written = history.write(400);
    const { code, output } = await zooid('backup', backup, '--from', dataDir);
    assert.equal(code, 0, output);
    points.push(Number(/zxid (0x[0-9a-f]+)/.exec(output)?.[1]));
    await written;
  }
  await zooid('backup', backup, '--from', dataDir);
  const verified = await zooid('backup', 'verify', backup);
  assert.equal(verified.code, 0, verified.output);

  await zk.close();
  await source.kill();

  const end = history.zxid;
  const middle = Math.floor(end / 2);
  for (const zxid of new Set([...points.slice(-1), middle, end])) {
    const place = makeFolder(t);
    const hex = zxid.toString(16);
    const { output } = await zooid('restore', backup, place, '--to-zxid', `0x${hex}`);
    assert.match(output, new RegExp(`^Restored zxid 0x${hex},`));
    assert.deepEqual(stateOfSnapshot(`${place}/version-2/snapshot.${hex}`), history.at(zxid));
    if (zxid === middle) {
      const next = await startJavaServer({ ...java, dataDir: place });
      assert.deepEqual(await readState(t, next), history.at(zxid));
    } else if (zxid === end) {
      const next = await startZooidServer({ dataDir: place });
      assert.deepEqual(await readState(t, next), history.at(zxid));
    }
  }
});
