/** The recommender: who takes part, what is shown, and what must be true at the end. */
import assert from 'node:assert/strict';
import { NodeCache } from 'zooid/recipes';
import { requireDebianPackages } from '../frame/debian-packages.ts';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import type { ElectionTimes } from './candidate.ts';
import { type Announcement, announcementJson, NEWEST } from './layout.ts';
import { recommend } from './recommendations.ts';
import { PACKAGES, runRedis, Storage } from './storage.ts';

export interface RecommenderOptions {
  readonly servers: number;
  readonly users: number;
  /** Between two rounds. */
  readonly everyMs: number;
}

export interface RecommenderPlay extends Play {
  readonly servers: readonly PartProcess[];
  /** The last announcement. */
  announced(): Announcement;
  /** How many masters have heard that they were too late. */
  readonly fenced: number;
  /** It dozes off before it writes its next result, and wakes up when there is another master. */
  tireMaster(): void;
}

/** Long enough for what is to be seen between two of them. */
const TIRE_EVERY_MS = 15_000;

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export async function playRecommender(
  stage: Stage,
  options: RecommenderOptions,
): Promise<RecommenderPlay> {
  const { folder } = stage;
  const { users, everyMs } = options;
  const newest = new NodeCache(await stage.connect(), NEWEST, { serializer: announcementJson });
  await newest.start();
  const announced = () => newest.current?.data ?? { round: 0, master: 'nobody' };
  const redis = runRedis(stage);
  let fenced = 0;
  let waking: Promise<void> = Promise.resolve();
  const servers = Array.from({ length: options.servers }, (_, at): PartProcess => {
    const name = `server-${at + 1}`;
    const server: PartProcess = stage.run(name, {
      program: programOf('server'),
      words: [folder, name, String(users), String(everyMs)],
      onReport: ({ event }) => {
        if (event === 'fenced') fenced++;
        if (event !== 'dozing') return;
        waking = wakeAfterNext(stage, server, announced);
        waking.catch(() => {}); // The check says it.
      },
    });
    return server;
  });
  return {
    servers,
    announced,
    get fenced() {
      return fenced;
    },
    tireMaster: () => {
      servers.find(({ status }) => status.includes('is the master'))?.signal('SIGUSR2');
    },
    lines: () => {
      const { round, master } = announced();
      return [`round ${round} of ${master}; ${fenced} masters refused for being late`];
    },
    check: async () => {
      await waking;
      redis.start();
      await using storage = await Storage.open(folder);
      return await checkStorage(storage, { announced: announced(), users });
    },
  };
}

/** It has stopped itself, as master; its session ends, another one is master; then it wakes up. */
async function wakeAfterNext(
  stage: Stage,
  server: PartProcess,
  announced: () => Announcement,
): Promise<void> {
  server.onPaused();
  await stage.until('there is another master', () => {
    return server.state !== 'paused' || announced().master !== server.name;
  });
  if (server.state === 'paused') stage.note(`${server.name} wakes up; there is another master.`);
  server.resume();
}

interface Wanted {
  readonly announced: Announcement;
  readonly users: number;
}

/** Round after round, master after master, and what is there now is what should come out. */
export async function checkStorage(
  storage: Storage,
  { announced, users }: Wanted,
): Promise<string> {
  const written = await storage.written();
  for (const [at, { round, token }] of written.entries()) {
    const before = written[at - 1];
    if (before === undefined) continue;
    const isNext = round === before.round + 1 && token >= before.token;
    assert.ok(isNext, `Round ${round} of ${token} is behind ${before.round} of ${before.token}.`);
  }
  const newest = await storage.newest();
  const round = newest?.round ?? 0;
  assert.ok(round >= announced.round, `Round ${announced.round} is announced, ${round} is there.`);
  if (newest !== null) assert.deepEqual(newest.ads, recommend(round, users));
  const masters = new Set(written.map(({ token }) => token)).size;
  return `${round} rounds of ${masters} masters, each the one after the last; ${await storage.refusals()} refused; the newest is right.`;
}

export const playExample: PlayExample = async (stage) => {
  await requireDebianPackages(PACKAGES);
  const play = await playRecommender(stage, { servers: 3, users: 1_000, everyMs: 500 });
  setInterval(play.tireMaster, TIRE_EVERY_MS).unref();
  const comparison = runComparison(stage, { leaseMs: 2_000, pollMs: 200 });
  return { lines: () => [...play.lines(), ...comparison.lines], check: play.check };
};

export function runComparison(stage: Stage, { leaseMs, pollMs }: ElectionTimes): PartProcess {
  const given = [stage.folder, String(leaseMs), String(pollMs)];
  return stage.run('comparison', { program: programOf('comparison'), words: given });
}
