/** examples/replication-bus, with parts that are killed: all rows of both targets are the source's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text, type ZooKeeper } from 'zooid';
import { ChildrenCache } from 'zooid/recipes';
import { ensureDebianPackages } from '../../examples/frame/debian-packages.ts';
import { Stage } from '../../examples/frame/stage.ts';
import {
  connectMariaDb,
  MisfitError,
  openDatabase,
} from '../../examples/replication-bus/databases.ts';
import { type BusPlay, playBus, TASK_NAMES } from '../../examples/replication-bus/example.ts';
import { MARIADB_PACKAGE } from '../../examples/replication-bus/mariadb.ts';
import { compareShops } from '../../examples/replication-bus/shop.ts';
import { FencedError, Target } from '../../examples/replication-bus/target.ts';
import { POSITIONS } from '../../examples/replication-bus/tasks.ts';
import type { Transaction } from '../../examples/replication-bus/transactions.ts';

const { available, reason } = await ensureDebianPackages([MARIADB_PACKAGE]);
const ensemble = { mode: 'inProcess', size: 1 } as const;
const [COPY] = TASK_NAMES;

function numberOf(position: string): number {
  return Number(position.split('-').at(-1));
}

/** Returns the checkpoints that went back. */
async function watchPositions(zk: ZooKeeper): Promise<readonly string[]> {
  const last = new Map<string, number>();
  const backward: string[] = [];
  const positions = new ChildrenCache(zk, POSITIONS, { serializer: text });
  positions.onChange((event) => {
    if (event.type === 'removed') return;
    const [before, now] = [last.get(event.name) ?? 0, numberOf(event.child.data)];
    if (now < before) backward.push(`${event.name}: ${now} after ${before}`);
    last.set(event.name, now);
  });
  await positions.start();
  return backward;
}

/** All tasks go on from where they are now. */
async function untilAllGoOn(stage: Stage, { monitor }: BusPlay): Promise<void> {
  const before = TASK_NAMES.map((task) => numberOf(monitor.position(task)));
  await stage.until('all targets are brought forward', () =>
    TASK_NAMES.every((task, at) => numberOf(monitor.position(task)) > (before[at] ?? 0)),
  );
}

test('replication bus example: killed and paused under load → the lowest sequence goes on, both targets equal the source', async (t) => {
  if (!available) return t.skip(reason);
  await using stage = await Stage.open({ ensemble });
  const backward = await watchPositions(await stage.connect());
  const play = await playBus(stage, { replicators: 3, writers: 2, everyMs: 20 });
  /** In the order of their sequences. */
  const line = () => play.monitor.units(COPY);
  const untilNextRuns = async (end: (name: string) => Promise<void> | void): Promise<void> => {
    await stage.until('one runs and two stand by', () => {
      return line()[0]?.state === 'RUNNING' && line().length === 3;
    });
    const [former, ...waiting] = line();
    await end(former?.identifier ?? '');
    await stage.until(`another one than ${former?.identifier} runs`, () => {
      return line()[0]?.state === 'RUNNING' && line()[0]?.name !== former?.name;
    });
    const units = line();
    // One of them may have lost its session in the meantime, on a machine that is busy.
    const [lowest = units[0]] = waiting.filter(({ name }) => {
      return units.some((unit) => unit.name === name);
    });
    assert.equal(units[0]?.name, lowest?.name);
    assert.ok(units.slice(1).every(({ state }) => state === 'STANDBY'));
    await untilAllGoOn(stage, play);
  };
  await untilNextRuns((name) => stage.part(name).kill());
  await untilNextRuns(async (name) => {
    await Promise.all([stage.part(name), ...play.databases].map((part) => part.kill()));
  });
  await untilNextRuns((name) => stage.part(name).pause());
  const paused = stage.parts.find(({ state }) => state === 'paused');
  assert.ok(paused !== undefined);
  const { starts } = paused;
  paused.resume();
  await stage.until('it has seen that it is too late', () => paused.starts > starts);
  await stage.stopParts();
  assert.match(await play.check(), /have the [1-9]\d* rows/);
  assert.deepEqual(backward, []);
});

test('replication bus example: a replicator that was replaced writes on, another is paused in a transaction → nothing of theirs is done', async (t) => {
  if (!available) return t.skip(reason);
  await using stage = await Stage.open({ ensemble });
  const { targets } = await playBus(stage, { replicators: 0, writers: 0, everyMs: 0 });
  const insertion = (position: string, id: number): Transaction => {
    const sql = 'INSERT INTO orders (id, shop) VALUES (?, ?)';
    return { position, changes: [{ sql, values: [id, 'a'] }] };
  };
  for (const address of targets) {
    const database = await openDatabase(address);
    const former = await Target.claim(database, 9n);
    assert.equal(former.position, '');
    await former.apply([insertion('0-1-1', 1)]);
    await Target.claim(database, 16n);
    // It was cut off for a moment, and runs with the same node again.
    const next = await Target.claim(database, 16n);
    assert.equal(next.position, '0-1-1');
    await assert.rejects(former.apply([insertion('0-1-2', 2)]), FencedError);
    await assert.rejects(Target.claim(database, 15n), FencedError);
    // What does not fit undoes what did.
    const nobodys = { sql: 'DELETE FROM orders WHERE id = ?', values: [7] };
    const misfit = { position: '0-1-4', changes: [nobodys] };
    await assert.rejects(next.apply([insertion('0-1-3', 3), misfit]), MisfitError);
    if (address.kind === 'mariadb') {
      const paused = await connectMariaDb(address.socket);
      const closed = new Promise((resolve) => paused.once('error', resolve));
      await paused.beginTransaction();
      await paused.query("UPDATE progress SET position = '0-1-9'");
      await Target.claim(database, 17n);
      await closed;
    }
    const [progress] = await database.query('SELECT position FROM progress');
    assert.equal(progress?.['position'], '0-1-1');
    assert.deepEqual(await database.query('SELECT id FROM orders'), [{ id: 1 }]);
    await database.close();
  }
});

test('replication bus example: a row that differs, is missing, or is too much → the comparison sees it', () => {
  compareShops(['a', 'b'], ['a', 'b']);
  assert.throws(() => compareShops(['a', 'b'], ['a', 'c']), /has b, its target c\./);
  assert.throws(() => compareShops(['a', 'b'], ['a']), /has b, its target nothing more\./);
  assert.throws(() => compareShops(['a'], ['a', 'b']), /has nothing more, its target b\./);
});
