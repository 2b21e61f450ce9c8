/** What happens when the server ends the session, with and without renewing. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  isZooKeeperError,
  retryTimes,
  type StateChange,
  type WatchEvent,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/client/index.ts';
import { connectedClient } from './connected-client.ts';
import { gatedDial } from './gated-dial.ts';

/**
 * A client whose session another one, which takes it up, ends at the server. The first learns of it
 * when it connects again.
 */
async function ended(t: TestContext, options: ZooKeeperOptions) {
  const gate = gatedDial();
  const { zk, other } = await connectedClient(t, { ...options, deps: { dial: gate.dial } });
  const changes: string[] = [];
  zk.onState(({ state }: StateChange) => changes.push(state));
  return {
    zk,
    other,
    changes,
    async end(): Promise<void> {
      const lost = new Promise<void>((resolve) => {
        zk.onState(({ state }) => state === 'disconnected' && resolve());
      });
      // Else it would take the session back at once.
      gate.isOpen = false;
      const thief = new ZooKeeper(zk.server ?? '', { session: zk.session });
      await thief.connected();
      await thief.close();
      await lost;
      gate.isOpen = true;
    },
  };
}

test('session ended by the server → expired, the end: calls, watches and waiters hear it', async (t) => {
  const { zk, changes, end } = await ended(t, {});
  const heard: string[] = [];
  let onLast = () => {};
  const last = new Promise<void>((resolve) => {
    onLast = resolve;
  });
  const listen = (event: WatchEvent) => {
    if (event.path === '/p' && event.type === 'watchRemoved') onLast();
    heard.push(
      `${event.type} ${event.path}${event.type === 'continuityBroken' ? ` ${event.reason}` : ''}`,
    );
  };
  await zk.getData('/', { watch: listen });
  await zk.addWatch('/p', listen);
  await end();
  const isExpired = (error: unknown) => isZooKeeperError(error, 'SessionExpired');
  await assert.rejects(zk.getData('/'), isExpired);
  await assert.rejects(zk.connected(), isExpired);
  assert.equal(zk.state, 'expired');
  await last;
  assert.deepEqual(changes, ['disconnected', 'expired']);
  assert.deepEqual(heard, [
    ...['continuityBroken /p expired', 'watchRemoved /', 'watchRemoved /p'],
  ]);
  await zk.close();
  assert.equal(zk.state, 'closed');
});

test('session ended by the server, renewing → a new session with auths and watches', async (t) => {
  const { zk, other, changes, end } = await ended(t, {
    ...{ onExpired: 'renew', auth: [{ scheme: 'digest', auth: 'me:x' }] },
  });
  const { id } = zk.session;
  const events: WatchEvent[] = [];
  const oneShot: WatchEvent[] = [];
  await zk.create('/e', '', { mode: 'ephemeral' });
  await zk.getData('/', { watch: (event) => oneShot.push(event) });
  await zk.addWatch('/p', (event) => events.push(event));
  const writer = await other();
  await end();
  // The call may meet the end of the old session, after which the policy repeats it.
  assert.equal(await zk.exists('/e', { retry: retryTimes(5, { delayMs: 20 }) }), null);
  assert.notEqual(zk.session.id, id);
  assert.deepEqual(changes, ['disconnected', 'expired', 'connecting', 'associating', 'connected']);
  await writer.create('/p');
  await writer.setData('/', 'x');
  await zk.sync();
  assert.deepEqual(
    events.map((event) => [event.type, event.type === 'continuityBroken' && event.reason]),
    [
      ['continuityBroken', 'expired'],
      ['nodeCreated', false],
    ],
  );
  assert.deepEqual(
    oneShot.map(({ type }) => type),
    ['nodeDataChanged'],
  );
  const ids = await zk.whoAmI();
  assert.ok(ids.some(({ scheme }) => scheme === 'digest'));
});

test('states: read in a loop → each change, and the end behind a final one', async (t) => {
  const { zk, end } = await ended(t, {});
  const reading = (async () => {
    const seen: string[] = [];
    for await (const { state } of zk.states()) seen.push(state);
    return seen;
  })();
  await end();
  assert.deepEqual(await reading, ['disconnected', 'expired']);
});

test('states: aborted → the loop ends with the reason', async (t) => {
  const { zk } = await connectedClient(t);
  const reason = new Error('enough');
  const controller = new AbortController();
  const reading = zk.states({ signal: controller.signal }).next();
  controller.abort(reason);
  await assert.rejects(reading, reason);
  await assert.rejects(zk.states({ signal: controller.signal }).next(), reason);
});

test('misc operations → what the server says of session, ephemerals, subtree and config', async (t) => {
  const { zk, other } = await connectedClient(t);
  await zk.ensurePath('/app/a/b');
  const app = await other({ chroot: '/app' });
  await app.create('/e1', '', { mode: 'ephemeral' });
  await app.create('/a/e2', '', { mode: 'ephemeral' });
  await app.sync('/a');
  assert.deepEqual((await app.getEphemerals()).sort(), ['/a/e2', '/e1']);
  assert.deepEqual(await app.getEphemerals('/a'), ['/a/e2']);
  assert.equal(await app.getAllChildrenNumber('/'), 4);
  assert.deepEqual(
    (await zk.whoAmI()).map(({ scheme }) => scheme),
    ['ip'],
  );
  assert.equal((await app.getConfig()).stat.version, -1 + 1);
  await assert.rejects(zk.reconfig({ leaving: '1' }), (error) => {
    return isZooKeeperError(error, 'ReconfigDisabled') && error.operation === 'reconfig';
  });
  await assert.rejects(zk.reconfig({}), /one of joining, leaving and members is needed/);
});
