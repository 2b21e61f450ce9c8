import assert from 'node:assert/strict';
import { SequenceElection } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

recipeTest(
  'sequence election: three come one after the other → succeed in this order',
  async (context) => {
    const clients = await context.connectAll(3);
    const elections: SequenceElection[] = [];
    for (const [index, zk] of clients.entries()) {
      const election = new SequenceElection(zk, context.path, { identifier: `unit ${index}` });
      await election.start();
      elections.push(election);
    }
    const [first, second, third] = elections;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const names = (await third.succession()).map(({ identifier }) => identifier);
    assert.deepEqual(names, ['unit 0', 'unit 1', 'unit 2']);
    await first.leadership();
    // One in the middle goes: the order of the others stays.
    await second.close();
    await first.close();
    await third.leadership();
    assert.equal((await third.master())?.identifier, 'unit 2');
    await third.close();
    assert.equal(await third.master(), null);
  },
);
