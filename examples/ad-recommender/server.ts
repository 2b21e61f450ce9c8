/**
 * A server: serves the newest recommendations over HTTP, and stands for election. While it is the
 * master it computes them, too; what it serves comes to it by the announcement, as to the others.
 *
 * SIGUSR2 makes a master doze off at the worst moment: its next result is ready, and it has just made
 * sure that it is the master. It stops itself (SIGSTOP) and knows nothing of it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isZooKeeperError } from 'zooid';
import { GroupMembership, LeaderSelector, type LeadershipTurn, NodeCache } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { Computation } from './computation.ts';
import { announcementJson, ELECTION, NEWEST, SERVERS } from './layout.ts';
import { FencedError, type Result, Storage } from './storage.ts';

const given = words('folder', 'name', 'users', 'everyMs');
const { folder, name } = given;
const [zk, storage] = await Promise.all([connect(), Storage.open(folder)]);
let served: Result | null = null;
let isTired = false;
let office = 'stands by';

process.on('SIGUSR2', () => {
  isTired = true;
});

const http = createServer(({ url = '' }, response) => {
  const user = /^\/users\/(\d+)$/.exec(url)?.[1];
  const ads = served?.ads[Number(user)];
  response.statusCode = served === null ? 503 : ads === undefined ? 404 : 200;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ round: served?.round, master: served?.master, ads }));
});
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

/** Announcements may come faster than they are fetched: what is served never gets older. */
async function fetchNewest(): Promise<void> {
  const newest = await storage.newest();
  if (newest !== null && newest.round > (served?.round ?? 0)) served = newest;
  await tell();
}

function tell(): Promise<void> {
  const { round = 0, master = 'nobody' } = served ?? {};
  return report({
    status: `serves round ${round} of ${master} at ${url}; ${office}`,
    count: round,
  });
}

async function takeLeadership({ fencingToken, signal }: LeadershipTurn): Promise<void> {
  office = `is the master with token ${fencingToken}`;
  try {
    await using computation = new Computation();
    let round = await storage.takeOffice(fencingToken);
    await report({ note: `is the master with token ${fencingToken}, after round ${round}.` });
    for (;;) {
      round++;
      const ads = await computation.recommend(round, Number(given.users), signal);
      signal.throwIfAborted();
      if (isTired) await doze();
      await storage.put(fencingToken, { round, master: name, ads });
      await announce(round);
      await pause(Number(given.everyMs), undefined, { signal });
    }
  } catch (error) {
    if (error instanceof FencedError) await report({ event: 'fenced', note: error.message });
    throw error;
  } finally {
    office = 'stands by';
  }
}

async function doze(): Promise<void> {
  isTired = false;
  await report({ event: 'dozing', status: 'dozing', note: 'is the master, and dozes off.' });
  process.kill(process.pid, 'SIGSTOP');
}

/** All watch this node, and fetch. The first one ever makes it. */
async function announce(round: number): Promise<void> {
  const announcement = announcementJson.serialize({ round, master: name });
  try {
    await zk.setData(NEWEST, announcement);
  } catch (error) {
    if (!isZooKeeperError(error, 'NoNode')) throw error;
    await zk.create(NEWEST, announcement);
  }
}

await new GroupMembership(zk, SERVERS).join(name, url);
const newest = new NodeCache(zk, NEWEST);
newest.onChange(() => void fetchNewest());
await newest.start();
await tell();
// What goes wrong in its turn, or with its session, ends this process: it begins anew.
new LeaderSelector(zk, ELECTION, { identifier: name, autoRequeue: true, takeLeadership }).start();
