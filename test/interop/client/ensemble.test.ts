/** A client of three servers, of which one after the other is killed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryForever, ZooKeeper } from '../../../src/client/index.ts';
import { kindsAvailability, type MemberKind } from '../ensemble/member-kinds.ts';
import { TestEnsemble } from '../ensemble/test-ensemble.ts';

const MIXES: readonly (readonly MemberKind[])[] = [
  ['zooid', 'zooid', 'zooid'],
  ['java-3.8', 'zooid', 'zooid'],
];

for (const kinds of MIXES) {
  test(`client: ${kinds.join(', ')}, each killed in turn → one session, nothing lost`, async (t) => {
    const found = await kindsAvailability(kinds);
    if (!found.available) return t.skip(found.reason);
    const ensemble = await TestEnsemble.create({ kinds });
    t.after(() => ensemble.end());
    await ensemble.start();
    const address = ensemble.ports.map((port) => `127.0.0.1:${port}`).join(',');
    const zk = await ZooKeeper.connect(address, {
      ...{ sessionTimeoutMs: 40_000, reconnect: { baseMs: 20, maxMs: 200 } },
      retry: retryForever({ delayMs: 50 }),
    });
    t.after(() => zk.close());
    const { id } = zk.session;
    await zk.create('/e', '', { mode: 'ephemeral', protect: true });
    await zk.create('/n', '0');
    let version = 0;
    for (const member of ensemble.members) {
      await member.kill();
      for (let i = 0; i < 20; i++) {
        const { version: next } = await zk.setData('/n', String(i));
        assert.ok(next > version, `version ${next} after ${version}`);
        version = next;
        assert.ok((await zk.getData('/n')).stat.version >= version, 'its own write is not seen');
      }
      await ensemble.startRest();
    }
    assert.equal(zk.session.id, id);
    assert.equal((await zk.getEphemerals()).length, 1);
  });
}
