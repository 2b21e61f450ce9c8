import assert from 'node:assert/strict';
import {
  isRecipeError,
  LeaderLatch,
  type LeadershipChange,
  SequenceElection,
  SingleNodeElection,
} from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { FencingProof } from './fencing-proof.ts';
import { aborted, nextState, recipeTest } from './recipe-test.ts';

const KINDS = { LeaderLatch, SequenceElection, SingleNodeElection } as const;

for (const [name, Kind] of Object.entries(KINDS)) {
  recipeTest(
    `election ${name}: leaders close one after the other → each leads once, tokens grow`,
    async (context) => {
      const clients = await context.connectAll(5);
      const proof = new FencingProof();
      const work = clients.map(async (zk) => {
        const election = new Kind(zk, context.path);
        await election.start();
        const { fencingToken } = await election.leadership();
        await proof.alone(fencingToken, () => zk.exists('/'));
        await election.close();
      });
      await Promise.all(work);
      proof.assertOrdered(5);
    },
  );

  recipeTest(
    `election ${name}: the leader's session expires → told, the next one leads; it has failed`,
    async (context) => {
      const [one, two] = await context.connectTwo();
      const first = new Kind(one, context.path);
      await first.start();
      const leadership = await first.leadership();
      const changes: LeadershipChange[] = [];
      first.onChange((change) => changes.push(change));
      const second = new Kind(two, context.path);
      context.cleanUp(() => second.close());
      await second.start();
      const next = second.leadership();
      assert.equal(second.hasLeadership, false);
      await endSession(one);
      assert.ok(isRecipeError(await aborted(leadership.signal), 'Lost'));
      assert.ok((await next).fencingToken > leadership.fencingToken);
      await assert.rejects(first.leadership(), { code: 'SessionExpired' });
      assert.equal(first.state, 'failed');
      assert.deepEqual(changes, [{ isLeader: false }]);
      await first.close();
    },
  );

  recipeTest(`election ${name}: it expires and is renewed → takes part again`, async (context) => {
    const zk = await context.connect({ onExpired: 'renew' });
    const election = new Kind(zk, context.path);
    context.cleanUp(() => election.close());
    await election.start();
    const before = await election.leadership();
    await endSession(zk);
    await aborted(before.signal);
    const after = await election.leadership();
    assert.ok(after.fencingToken > before.fencingToken);
    assert.equal(after.sessionId, zk.session.id);
  });

  recipeTest(
    `election ${name}: the server restarts → leads on; with abortOn disconnected → leads again`,
    async (context) => {
      const [one, two] = await context.connectTwo();
      const calm = new Kind(one, `${context.path}-calm`);
      const strict = new Kind(two, `${context.path}-strict`, { abortOn: 'disconnected' });
      context.cleanUp(() => Promise.all([calm.close(), strict.close()]));
      await Promise.all([calm.start(), strict.start()]);
      const [calmly, strictly] = [await calm.leadership(), await strict.leadership()];
      const back = nextState(one, 'connected');
      await context.server.restart();
      await back;
      await aborted(strictly.signal);
      // The same node, which nobody came before.
      assert.equal((await strict.leadership()).fencingToken, strictly.fencingToken);
      assert.equal(calmly.isHeld, true);
      assert.equal(calm.hasLeadership, true);
    },
    { isForOursOnly: name !== 'LeaderLatch' },
  );

  recipeTest(
    `election ${name}: the leader's node is deleted by another → another round`,
    async (context) => {
      const [one, two] = await context.connectTwo();
      const election = new Kind(one, context.path);
      context.cleanUp(() => election.close());
      await election.start();
      const before = await election.leadership();
      await two.delete(before.path);
      await aborted(before.signal);
      assert.ok((await election.leadership()).fencingToken > before.fencingToken);
    },
  );

  recipeTest(
    `election ${name}: used out of order → InvalidState; bad arguments → BadArguments`,
    async (context) => {
      const zk = await context.connect();
      assert.throws(() => new Kind(zk, 'x'), { code: 'BadArguments' });
      assert.throws(() => new Kind(zk, '/x', { abortOn: 'x' as never }), { code: 'BadArguments' });
      const election = new Kind(zk, context.path);
      assert.throws(() => election.onChange(7 as never), { code: 'BadArguments' });
      await assert.rejects(election.leadership(), { code: 'InvalidState' });
      await election.start();
      await assert.rejects(election.start(), { code: 'InvalidState' });
      await election.leadership();
      await election.close();
      await election.close();
      assert.equal(election.state, 'closed');
      await assert.rejects(election.leadership(), { code: 'InvalidState' });
      await assert.rejects(election.start(), { code: 'InvalidState' });
      const unused = new Kind(zk, context.path);
      await unused.close();
      await assert.rejects(unused.start(), { code: 'InvalidState' });
    },
  );
}

recipeTest(
  'election: the leader closes while one waits with a time limit → Timeout, then leads',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const first = new LeaderLatch(one, context.path);
    await first.start();
    await first.leadership();
    const second = new LeaderLatch(two, context.path);
    context.cleanUp(() => second.close());
    await second.start();
    await assert.rejects(second.leadership({ timeoutMs: 20 }), { code: 'Timeout' });
    await first.close();
    assert.equal((await second.leadership()).isHeld, true);
  },
);

recipeTest('election: it cannot take part → start rejects with the reason', async (context) => {
  const zk = await context.connect();
  const acl = [{ permissions: ['read'], scheme: 'world', id: 'anyone' }] as const;
  await zk.create(context.path, '', { acl });
  const election = new LeaderLatch(zk, context.path);
  await assert.rejects(election.start(), { code: 'NoAuth' });
  assert.equal(election.state, 'failed');
});
