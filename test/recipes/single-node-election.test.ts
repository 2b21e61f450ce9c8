import assert from 'node:assert/strict';
import { SingleNodeElection } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, recipeTest } from './recipe-test.ts';

recipeTest(
  'single node election: the node is at the path → tells who is the master',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const first = new SingleNodeElection(one, context.path, { identifier: 'first' });
    assert.equal(await first.master(), null);
    await first.start();
    const { fencingToken, path } = await first.leadership();
    assert.equal(path, context.path);
    const master = await new SingleNodeElection(two, context.path).master();
    assert.deepEqual(
      [master?.identifier, master?.fencingToken, master?.sessionId],
      ['first', fencingToken, one.session.id],
    );
    await first.close();
    assert.equal(await two.exists(context.path), null);
  },
);

recipeTest(
  'single node election: the old master closes after another has won → leaves it alone',
  async (context) => {
    const one = await context.connect({ onExpired: 'renew' });
    const two = await context.connect();
    const first = new SingleNodeElection(one, context.path);
    await first.start();
    const lost = await first.leadership();
    const second = new SingleNodeElection(two, context.path);
    context.cleanUp(() => second.close());
    await second.start();
    // Whoever wins the race for the node after this, there is one master.
    await endSession(one);
    await aborted(lost.signal);
    await Promise.race([first.leadership().catch(() => {}), second.leadership()]);
    assert.ok(!(first.hasLeadership && second.hasLeadership));
    await first.close();
    const { fencingToken } = await second.leadership();
    assert.equal((await two.exists(context.path))?.czxid, fencingToken);
  },
);

recipeTest(
  'single node election: a node of another kind is there → waits until it goes',
  async (context) => {
    const zk = await context.connect();
    await zk.create(context.path, 'by hand');
    const election = new SingleNodeElection(zk, context.path);
    context.cleanUp(() => election.close());
    await election.start();
    assert.equal((await election.master())?.identifier, 'by hand');
    await assert.rejects(election.leadership({ timeoutMs: 10 }), { code: 'Timeout' });
    await zk.delete(context.path);
    await election.leadership();
  },
);
