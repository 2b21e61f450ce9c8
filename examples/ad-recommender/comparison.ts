/**
 * Compares three elections again and again: by a primary key, by one with a lease, by a znode. Two
 * candidates each time; the one that is the master steps down, then the other one dies.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { TestServer } from 'zooid/testing';
import { serveLines } from '../frame/line-server.ts';
import { report, words } from '../frame/part.ts';
import { startThread } from '../frame/thread.ts';
import type { CandidateNews, CandidateOptions, Way } from './candidate.ts';
import { type KeyRequest, KeyTable } from './key-table.ts';

const WAYS: Readonly<Record<Way, string>> = {
  key: 'primary key',
  lease: 'primary key, lease',
  znode: 'znode',
};
/** In vain; then it is said that nobody takes over. */
const POLLS_MAX = 30;
const BETWEEN_MS = 2_000;

const given = words('folder', 'leaseMs', 'pollMs');
const [leaseMs, pollMs] = [Number(given.leaseMs), Number(given.pollMs)];
const socket = join(given.folder, 'key-table.socket');
const table = new KeyTable();
await serveLines(socket, (request) => table.answer(request as KeyRequest));
const { connectString } = await TestServer.start();

class Candidate {
  readonly thread: Worker;
  #news: CandidateNews | undefined;

  constructor(name: string) {
    const options: CandidateOptions = { name, connectString, socket, leaseMs, pollMs };
    this.thread = startThread(import.meta.resolve('./candidate.ts'), options);
    this.thread.on('message', (news: CandidateNews) => {
      this.#news = news;
    });
  }

  /** By its last news; it may be so already. */
  async until(isSo: (news: CandidateNews) => boolean): Promise<CandidateNews> {
    while (this.#news === undefined || !isSo(this.#news)) await once(this.thread, 'message');
    return this.#news;
  }

  async stand(way: Way, event: 'master' | 'waits'): Promise<void> {
    this.thread.postMessage(way);
    await this.until((news) => news.event === event);
  }

  async stepDown(): Promise<void> {
    this.thread.postMessage('Step down.');
    await this.until(({ event }) => event === 'resigned');
  }
}

/** How it was, in words. The end comes at any time between two polls. */
async function takeOver(waiting: Candidate, end: () => Promise<unknown>): Promise<string> {
  await pause(Math.random() * pollMs);
  const beganMs = performance.now();
  const ended = end();
  const { event, polls } = await waiting.until((news) => {
    return news.event === 'master' || news.polls >= POLLS_MAX;
  });
  const ms = Math.round(performance.now() - beganMs);
  await ended;
  return `${event === 'master' ? 'after' : 'nobody in'} ${ms} ms, ${polls} polls`;
}

async function compare(way: Way, tell: (end: string, outcome: string) => void): Promise<void> {
  const other = new Candidate('other');
  await one.stand(way, 'master');
  await other.stand(way, 'waits');
  tell('steps down', await takeOver(other, () => one.stepDown()));
  await one.stand(way, 'waits');
  tell('dies', await takeOver(one, () => other.thread.terminate()));
  table.answer({ kind: 'resign', name: 'other' }); // What would be for ever.
  await one.until(({ event }) => event === 'master');
  await one.stepDown();
}

const one = new Candidate('one');
const results = new Map<string, string>();
for (;;) {
  for (const way of Object.keys(WAYS) as Way[]) {
    await compare(way, (end, outcome) => {
      const what = `${WAYS[way]}; the master ${end}:`;
      results.set(what, `${what.padEnd(42)} ${outcome}`);
      void report({ status: `has measured: ${what}`, lines: [...results.values()] });
    });
  }
  await pause(BETWEEN_MS);
}
