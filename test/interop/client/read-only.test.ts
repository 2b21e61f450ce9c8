/** A client that takes a read-only server for a while, and a whole ensemble that goes and comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, retryTimes, ZooKeeper } from '../../../src/client/index.ts';
import { kindsAvailability, type MemberKind } from '../ensemble/member-kinds.ts';
import { TestEnsemble } from '../ensemble/test-ensemble.ts';
import { clientTestProperties } from '../side-by-side.ts';

for (const kind of ['zooid', 'java-3.8'] as const satisfies readonly MemberKind[]) {
  test(`client: ${kind} server alone → read-only, then back to one that takes writes`, async (t) => {
    const found = await kindsAvailability([kind]);
    if (!found.available) return t.skip(found.reason);
    const ensemble = await TestEnsemble.create({
      kinds: [kind, kind],
      config: { '4lw.commands.whitelist': '*', localSessionsEnabled: 'true' },
      program: { systemProperties: { ...clientTestProperties, 'readonlymode.enabled': 'true' } },
    });
    t.after(() => ensemble.end());
    await ensemble.start();
    const address = ensemble.ports.map((port) => `127.0.0.1:${port}`).join(',');
    // A local session ends with its server's role: the client goes on with a new one.
    const options = {
      readOnly: true,
      onExpired: 'renew',
      reconnect: { baseMs: 20, maxMs: 200 },
    } as const;
    const zk = await ZooKeeper.connect(address, options);
    t.after(() => zk.close());
    await zk.create('/a', 'x', { retry: retryTimes(20, { delayMs: 100 }) });
    const readOnly = new Promise<void>((resolve) => {
      zk.onState(({ state }) => state === 'connectedReadOnly' && resolve());
    });
    await ensemble.member(2).kill();
    await readOnly;
    assert.ok(await zk.exists('/a', { retry: retryTimes(20, { delayMs: 50 }) }));
    await assert.rejects(zk.setData('/a', 'y'), (error) => isZooKeeperError(error, 'NotReadOnly'));
    const back = new Promise<void>((resolve) => {
      zk.onState(({ state }) => state === 'connected' && resolve());
    });
    await ensemble.member(2).start();
    await back;
    const again = { retry: retryTimes(50, { delayMs: 100 }) };
    assert.equal((await zk.setData('/a', 'y', again)).dataLength, 1);
  });
}
