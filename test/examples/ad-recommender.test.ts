/** examples/ad-recommender, with masters killed and paused: what is served and stored is what counts. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { text, type ZooKeeper } from 'zooid';
import {
  checkStorage,
  playRecommender,
  type RecommenderPlay,
  runComparison,
} from '../../examples/ad-recommender/example.ts';
import { SERVERS } from '../../examples/ad-recommender/layout.ts';
import { recommend } from '../../examples/ad-recommender/recommendations.ts';
import { FencedError, PACKAGES, runRedis, Storage } from '../../examples/ad-recommender/storage.ts';
import { ensureDebianPackages } from '../../examples/frame/debian-packages.ts';
import { Stage } from '../../examples/frame/stage.ts';

const ensemble = { mode: 'inProcess', size: 1 } as const;
const USERS = 40;

interface Served {
  readonly round: number;
  readonly ads?: readonly number[];
}

async function isMissing(t: TestContext): Promise<boolean> {
  const { available, reason } = await ensureDebianPackages(PACKAGES);
  if (!available) t.skip(reason);
  return !available;
}

/** What every server answers is what anybody can see: not older than the round that is announced. */
async function assertAllServe(stage: Stage, play: RecommenderPlay, zk: ZooKeeper): Promise<void> {
  const wanted = play.announced().round + 1;
  await stage.until('all serve a newer round', () => {
    return play.servers.every(({ status, count }) => status.includes('serves') && count >= wanted);
  });
  const names = await zk.getChildren(SERVERS);
  assert.deepEqual(names.toSorted(), ['server-1', 'server-2', 'server-3']);
  for (const name of names) {
    const { data: url } = await zk.getData(`${SERVERS}/${name}`, { serializer: text });
    const { round, ads } = (await (await fetch(`${url}/users/7`)).json()) as Served;
    assert.ok(round >= wanted, `${name}: ${round}, not ${wanted}`);
    assert.deepEqual(ads, recommend(round, USERS)[7]);
    assert.equal((await fetch(`${url}/users/${USERS}`)).status, 404);
  }
}

test('recommender example: masters paused and killed, Redis too → the late one refused, all serve on', async (t) => {
  if (await isMissing(t)) return;
  await using stage = await Stage.open({ ensemble });
  const zk = await stage.connect();
  const play = await playRecommender(stage, { servers: 3, users: USERS, everyMs: 50 });
  await assertAllServe(stage, play, zk);
  const paused = stage.part(play.announced().master);
  play.tireMaster();
  await stage.until('it has dozed off, and was refused', () => play.fenced > 0);
  const { master } = play.announced();
  await Promise.all([stage.part(master).kill(), stage.part('redis').kill()]);
  await stage.until('there is another master', () => play.announced().master !== master);
  await stage.until('the late one is back', () => paused.starts >= 2);
  await assertAllServe(stage, play, zk);
  await stage.stopParts();
  assert.match(await play.check(), /of ([3-9]|\d\d+) masters, .* [1-9]\d* refused; the newest is/);
});

test('recommender example: a lower token, Redis killed in between → refused, what was there stays', async (t) => {
  if (await isMissing(t)) return;
  await using stage = await Stage.open({ ensemble });
  const redis = runRedis(stage);
  await using storage = await Storage.open(stage.folder);
  const token = 2n ** 53n + 1n; // Its neighbours are not told apart as numbers.
  const result = { round: 1, master: 'a', ads: [[1, 2, 3]] };
  assert.equal(await storage.takeOffice(token - 1n), 0);
  assert.equal(await storage.takeOffice(token), 0);
  await assert.rejects(storage.put(token - 1n, { ...result, master: 'b' }), FencedError);
  await storage.put(token, result);
  await redis.kill();
  redis.start();
  await using again = await Storage.open(stage.folder);
  await assert.rejects(again.takeOffice(token - 1n), FencedError);
  assert.deepEqual(await again.newest(), result);
  assert.equal(await again.takeOffice(token + 1n), 1);
  assert.equal(await again.refusals(), 2);
  const wanted = { announced: result, users: USERS };
  await assert.rejects(checkStorage(again, wanted), /deep/); // It is not what comes out.
  await again.put(token + 1n, result);
  await assert.rejects(checkStorage(again, wanted), /Round 1 of .* is behind 1 of/);
});

test('recommender example: three elections compared → nobody is told by a key, a znode is not polled', async () => {
  await using stage = await Stage.open({ ensemble });
  const comparison = runComparison(stage, { leaseMs: 500, pollMs: 50 });
  await stage.until('all is measured', () => comparison.lines.length === 6);
  const outcomes = comparison.lines.map((line) => line.replace(/ {2,}/, ' '));
  const wanted = [
    /^primary key; the master steps down: after \d+ ms, [1-9]\d* polls$/,
    /^primary key; the master dies: nobody in \d+ ms, 30 polls$/,
    /^primary key, lease; the master steps down: after \d+ ms, [1-9]\d* polls$/,
    /^primary key, lease; the master dies: after \d+ ms, [1-9]\d* polls$/,
    /^znode; the master steps down: after \d+ ms, 0 polls$/,
    /^znode; the master dies: after \d+ ms, 0 polls$/,
  ];
  for (const [at, pattern] of wanted.entries()) assert.match(outcomes[at] ?? '', pattern);
});
