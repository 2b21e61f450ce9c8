// Requests at a fixed rate, due at times that do not depend on the replies: a server that stalls
// gets all that came due meanwhile at once, and each of those waits counts from when it was due. A
// closed loop would send less while the server stalls and so hide the wait.

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ringRequests } from './closed-loop.ts';
import type { OpenLoopJob, OpenLoopResult } from './job.ts';
import { closeConnections, type LoadConnection, openConnections } from './load-connection.ts';
import { RequestRing, RingSource } from './request-source.ts';

/** Requests come due together once in this time: a timer is not finer. */
const TICK_MS = 1;
const MICROSECONDS = 1000;
/** More than that unanswered: the servers do not keep up, and figures would only show for how long. */
const BACKLOG_MAX = 100_000;

const micros = (milliseconds: number): number =>
  Math.max(1, Math.round(milliseconds * MICROSECONDS));

/** One connection; its replies come in the order of its requests. */
class DueQueue {
  readonly #connection: LoadConnection;
  readonly #source: RingSource;
  readonly #latency: RecordableHistogram;
  #due: number[] = [];
  completed = 0;

  constructor(connection: LoadConnection, source: RingSource, latency: RecordableHistogram) {
    this.#connection = connection;
    this.#source = source;
    this.#latency = latency;
    connection.onFrames = (frames) => this.#onFrames(frames);
  }

  get waiting(): number {
    return this.#due.length;
  }

  send(dueAt: number): void {
    this.#due.push(dueAt);
    this.#connection.send(this.#source.take(1).bytes);
  }

  #onFrames(frames: number): void {
    const now = performance.now();
    for (const dueAt of this.#due.splice(0, frames)) this.#latency.record(micros(now - dueAt));
    this.completed += frames;
  }
}

class OpenLoop {
  readonly #queues: readonly DueQueue[];
  readonly #perTick: number;
  readonly #lateness: RecordableHistogram;
  #isOver = false;
  #next = 0;

  constructor(queues: readonly DueQueue[], perTick: number, lateness: RecordableHistogram) {
    this.#queues = queues;
    this.#perTick = perTick;
    this.#lateness = lateness;
  }

  get completed(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.completed, 0);
  }

  get waiting(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.waiting, 0);
  }

  stop(): void {
    this.#isOver = true;
  }

  async run(): Promise<void> {
    let dueAt = performance.now();
    let owed = 0;
    while (!this.#isOver) {
      for (const now = performance.now(); dueAt <= now; dueAt += TICK_MS) {
        this.#lateness.record(micros(now - dueAt));
        owed += this.#perTick;
        for (; owed >= 1; owed -= 1) this.#sendNext(dueAt);
      }
      if (this.waiting > BACKLOG_MAX) throw new Error(`${BACKLOG_MAX} requests are unanswered.`);
      await delay(TICK_MS);
    }
  }

  #sendNext(dueAt: number): void {
    this.#queues[this.#next % this.#queues.length]?.send(dueAt);
    this.#next += 1;
  }
}

interface Histograms {
  readonly latency: RecordableHistogram;
  readonly lateness: RecordableHistogram;
}

const measure = async (
  job: OpenLoopJob,
  loop: OpenLoop,
  { latency, lateness }: Histograms,
): Promise<OpenLoopResult> => {
  await delay(job.warmUpMs);
  latency.reset();
  lateness.reset();
  const completedBefore = loop.completed;
  const ownBefore = process.cpuUsage();
  const startedAt = performance.now();
  await delay(job.measureMs);
  const seconds = (performance.now() - startedAt) / 1000;
  const own = process.cpuUsage(ownBefore);
  return {
    latencyMsMedian: latency.percentile(50) / MICROSECONDS,
    latencyMs99: latency.percentile(99) / MICROSECONDS,
    latencyMsMax: latency.max / MICROSECONDS,
    ownLatenessMs99: lateness.percentile(99) / MICROSECONDS,
    operationsPerSecond: (loop.completed - completedBefore) / seconds,
    loadCpuShare: (own.user + own.system) / 1e6 / seconds,
  };
};

export const runOpenLoop = async (job: OpenLoopJob): Promise<OpenLoopResult> => {
  const connections = await openConnections(job.connections, job.ports);
  const histograms = { latency: createHistogram(), lateness: createHistogram() };
  const ring = new RequestRing(ringRequests('mixed'), 1);
  const apart = Math.floor(ring.size / connections.length);
  const queues = connections.map(
    (connection, index) =>
      new DueQueue(connection, new RingSource(ring, index * apart), histograms.latency),
  );
  const loop = new OpenLoop(queues, job.requestsPerSecond / (1000 / TICK_MS), histograms.lateness);
  const lost = new Promise<never>((_, reject) => {
    for (const connection of connections) {
      connection.onLost = (reason) => reject(new Error(reason));
    }
  });
  const running = loop.run();
  const isEnded = running.then(() => Promise.reject(new Error('The loop ended by itself.')));
  const result = await Promise.race([measure(job, loop, histograms), lost, isEnded]);
  loop.stop();
  await running;
  isEnded.catch(() => {});
  while (loop.waiting > 0) await Promise.race([delay(TICK_MS), lost]);
  const refused = connections.find((connection) => connection.errors > 0);
  if (refused !== undefined) throw new Error(`A request got error ${refused.firstError}.`);
  await closeConnections(connections);
  return result;
};
