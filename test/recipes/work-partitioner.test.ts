import assert from 'node:assert/strict';
import type { ZooKeeper } from '../../src/client/index.ts';
import { WorkPartitioner } from '../../src/recipes/work-partitioner.ts';
import { endSession } from '../client/end-session.ts';
import { nextChange, rootedTest } from './changing-client.ts';

const partitions = Array.from({ length: 12 }, (_, index) => `p${index}`);

/** Fails the test when a partition is taken that somebody else has, or a token goes back. */
class Ledger {
  readonly owners = new Map<string, string>();
  readonly #tokens = new Map<string, bigint>();
  readonly faults: string[] = [];
  /** Whose session has ended at the server: for a moment it alone does not know. */
  ended = '';

  member(zk: ZooKeeper, memberId: string): WorkPartitioner {
    return new WorkPartitioner(zk, '/work', {
      memberId,
      partitions,
      onAcquire: (partition, token) => this.#acquire(partition, memberId, token),
      onRelease: async (partition) => {
        // Work that takes a while to end.
        await new Promise(setImmediate);
        this.owners.delete(partition);
      },
      onLost: (partition) => {
        if (this.owners.get(partition) === memberId) this.owners.delete(partition);
      },
    });
  }

  #acquire(partition: string, memberId: string, token: bigint): void {
    const owner = this.owners.get(partition);
    if (owner !== undefined && owner !== this.ended)
      this.faults.push(`${memberId} takes ${partition} of ${owner}`);
    const last = this.#tokens.get(partition) ?? -1n;
    if (token <= last) this.faults.push(`${partition}: token ${token} after ${last}`);
    this.#tokens.set(partition, token);
    this.owners.set(partition, memberId);
  }
}

const holds = (count: number) => (held: readonly unknown[]) => held.length === count;

rootedTest(
  'partitioner: members come and go → all is held by one each, evenly',
  async ({ connect }) => {
    const zk = await connect();
    const ledger = new Ledger();
    const one = ledger.member(zk, 'one');
    await one.start();
    assert.equal(one.held.length, 12);
    const two = ledger.member(await connect(), 'two');
    const third = await connect();
    const three = ledger.member(third, 'three');
    const settled = [
      nextChange(one, holds(4)),
      nextChange(two, holds(4)),
      nextChange(three, holds(4)),
    ];
    await Promise.all([two.start(), three.start()]);
    await Promise.all(settled);
    assert.equal(ledger.owners.size, 12);
    const taken = [nextChange(one, holds(6)), nextChange(two, holds(6))];
    await three.close();
    await Promise.all(taken);
    await Promise.all([one.close(), two.close()]);
    assert.equal(ledger.owners.size, 0);
    assert.deepEqual(ledger.faults, []);
  },
);

rootedTest(
  'partitioner: a session expires → its partitions are lost at once, and divided anew',
  async ({ connect }) => {
    const zk = await connect({ onExpired: 'renew' });
    const ledger = new Ledger();
    const one = ledger.member(zk, 'one');
    const two = ledger.member(await connect(), 'two');
    const settled = [nextChange(one, holds(6)), nextChange(two, holds(6))];
    await Promise.all([one.start(), two.start()]);
    await Promise.all(settled);
    const lost = nextChange(one, holds(0));
    const back = nextChange(one, holds(6));
    ledger.ended = 'one';
    await endSession(zk);
    await lost;
    ledger.ended = '';
    await back;
    await Promise.all([one.close(), two.close()]);
    assert.deepEqual(ledger.faults, []);
  },
);

rootedTest('partitioner: names that no node can have, or twice → refused', async ({ connect }) => {
  const zk = await connect();
  const make = (names: string[]) =>
    new WorkPartitioner(zk, '/work', { memberId: 'one', partitions: names });
  assert.throws(() => make(['a/b']), /"a\/b"/);
  assert.throws(() => make(['a', 'a']), /same name/);
});
