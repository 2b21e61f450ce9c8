/** examples/locks, with parts that are killed: what the ledger holds at the end is what counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZooKeeper } from 'zooid';
import { TestServer } from 'zooid/testing';
import { Stage } from '../../examples/frame/stage.ts';
import { playLocks } from '../../examples/locks/example.ts';
import { measure } from '../../examples/locks/herd.ts';
import { checkEntries } from '../../examples/locks/ledger-access.ts';

test('locks example: tellers killed and dozing → late ones refused, the ledger is whole', async () => {
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 1 } });
  const play = playLocks(stage, { tellers: 3, auditors: 1, dozeEvery: 10 });
  await stage.until('there are entries', () => play.entries().length >= 5);
  await play.tellers[1]?.kill();
  await stage.part('ledger').kill();
  const { length } = play.entries();
  await stage.until('the others go on', () => play.entries().length >= length + 5);
  await stage.until('one who dozed was refused', () => play.refusals > 0);
  await stage.until('the one who was killed is back', () => {
    return play
      .entries()
      .slice(length)
      .some(({ by }) => by === 'teller-2');
  });
  await stage.stopParts();
  await play.check();
});

test('locks example: two entries on top of the same one → the check sees it', () => {
  const first = { number: 1, amount: 5, balance: 5, by: 'a' };
  const second = { number: 2, amount: 1, balance: 6, by: 'b' };
  checkEntries([first, second]);
  assert.throws(() => checkEntries([first, second, second]), /broken/);
  assert.throws(() => checkEntries([first, { ...second, balance: 7 }]), /broken/);
});

test('locks example: the naive lock and the improved one → the herd is woken only by the naive one', async () => {
  await using server = await TestServer.start();
  const clients = await Promise.all(
    Array.from({ length: 8 }, () => ZooKeeper.connect(server.connectString)),
  );
  try {
    const crowd = { clients, serverPort: server.port, turnsEach: 2 };
    const naive = await measure('naive', crowd);
    const improved = await measure('improved', crowd);
    assert.equal(naive.handOvers, 15);
    assert.equal(improved.handOvers, 15);
    // At most the next one's watch, and the holder's own.
    assert.ok(improved.notifications <= 2 * 16, `improved: ${improved.notifications}`);
    assert.ok(naive.notifications > improved.notifications, `naive: ${naive.notifications}`);
  } finally {
    await Promise.all(clients.map((zk) => zk.close()));
  }
});
