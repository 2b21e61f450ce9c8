// The throughput workloads: every connection keeps `depth` requests outstanding and sends as many
// new ones as replies came in. Latency is sampled, one marked request at a time per connection, so
// that the clock is not read for every message.

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { readCpuSeconds, readRssBytes } from '../measure/process-usage.ts';
import {
  encodeCreate,
  encodeGetChildren,
  encodeGetData,
  encodeSetData,
  fillData,
} from './frames.ts';
import type { ClosedLoopJob, ClosedLoopResult, Workload } from './job.ts';
import { closeConnections, type LoadConnection, openConnections } from './load-connection.ts';
import {
  childrenPath,
  LARGE_BYTES,
  NODES,
  readPath,
  SMALL_BYTES,
  sendAll,
  writePath,
} from './prepare.ts';
import { NumberedCreates, RequestRing, type RequestSource, RingSource } from './request-source.ts';

/** Between two latency samples of one connection, in replies. */
const SAMPLE_EVERY = 8;
const MICROSECONDS = 1000;

/** One connection's loop; `limit`-less, it ends when its source does or when it is stopped. */
export class ClosedLoop {
  readonly #connection: LoadConnection;
  readonly #source: RequestSource;
  readonly #latency: RecordableHistogram | undefined;
  #sent = 0;
  #markedAt = 0;
  #markedTime = 0;
  #isStopped = false;
  #onDrained: (() => void) | undefined;
  completed = 0;

  constructor(
    connection: LoadConnection,
    source: RequestSource,
    latency?: RecordableHistogram | undefined,
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#latency = latency;
    connection.onFrames = (frames) => this.#onFrames(frames);
  }

  start(depth: number): void {
    this.#send(depth);
  }

  /** Sends nothing more; resolves when all that was sent has been answered. */
  drain(): Promise<void> {
    this.#isStopped = true;
    return this.ended();
  }

  /** Resolves when nothing is outstanding and nothing more will be sent. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped && this.completed === this.#sent) resolve();
      else this.#onDrained = resolve;
    });
  }

  #onFrames(frames: number): void {
    this.completed += frames;
    if (this.#markedAt > 0 && this.completed >= this.#markedAt) {
      const microseconds = (performance.now() - this.#markedTime) * MICROSECONDS;
      this.#latency?.record(Math.max(1, Math.round(microseconds)));
      this.#markedAt = 0;
    }
    if (!this.#isStopped) this.#send(frames);
    if (this.#isStopped && this.completed === this.#sent) this.#onDrained?.();
  }

  #send(wanted: number): void {
    const { bytes, count } = this.#source.take(wanted);
    if (count < wanted) this.#isStopped = true;
    if (count === 0) return;
    this.#sent += count;
    if (this.#latency !== undefined && this.#markedAt === 0 && this.#sent % SAMPLE_EVERY < count) {
      this.#markedAt = this.#sent;
      this.#markedTime = performance.now();
    }
    this.#connection.send(bytes);
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const ringRequests = (workload: Exclude<Workload, 'create'>): Buffer[] => {
  const large = fillData(LARGE_BYTES);
  const get = (node: number): Buffer => encodeGetData({ xid: 1, path: readPath(node) });
  const set = (node: number): Buffer =>
    encodeSetData({ xid: 1, path: writePath(node), data: large });
  switch (workload) {
    case 'get':
      return range(NODES).map(get);
    case 'set':
      return range(NODES).map(set);
    case 'mixed':
      // Three writes spread over each ten requests.
      return range(NODES).map((node) =>
        node % 10 === 2 || node % 10 === 5 || node % 10 === 8 ? set(node) : get(node),
      );
    case 'children':
      return [encodeGetChildren({ xid: 1, path: childrenPath })];
  }
};

const createSources = async (
  job: ClosedLoopJob,
  connections: readonly LoadConnection[],
): Promise<RequestSource[]> => {
  const parent = (index: number): string => `/bench/create/j${job.jobNumber}c${index}`;
  const setUp = connections[0];
  if (setUp === undefined) return [];
  const data = fillData(SMALL_BYTES);
  await sendAll(
    setUp,
    connections.map((_, index) => encodeCreate({ xid: 1, path: parent(index), data: fillData(0) })),
  );
  return connections.map(
    (_, index) =>
      new NumberedCreates({
        pattern: `${parent(index)}/n########`,
        dataBytes: data,
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
      }),
  );
};

const ringSources = (
  job: ClosedLoopJob,
  connections: readonly LoadConnection[],
): RequestSource[] => {
  if (job.workload === 'create') return [];
  const ring = new RequestRing(ringRequests(job.workload), job.depth);
  const apart = Math.floor(ring.size / connections.length);
  return connections.map((_, index) => new RingSource(ring, index * apart));
};

const sumOver = (pids: readonly number[], read: (pid: number) => number): number =>
  pids.reduce((sum, pid) => sum + read(pid), 0);

const completedBy = (loops: readonly ClosedLoop[]): number =>
  loops.reduce((sum, loop) => sum + loop.completed, 0);

export const runClosedLoop = async (job: ClosedLoopJob): Promise<ClosedLoopResult> => {
  const connections = await openConnections(job.connections, job.ports);
  const sources =
    job.workload === 'create'
      ? await createSources(job, connections)
      : ringSources(job, connections);
  const latency = createHistogram();
  const loops = connections.flatMap((connection, index) => {
    const source = sources[index];
    return source === undefined ? [] : [new ClosedLoop(connection, source, latency)];
  });
  let lost: string | undefined;
  for (const connection of connections) {
    connection.onLost = (reason) => {
      lost ??= reason;
    };
  }
  for (const loop of loops) loop.start(job.depth);
  await delay(job.warmUpMs);
  latency.reset();
  const completedBefore = completedBy(loops);
  const cpuBefore = sumOver(job.serverPids, readCpuSeconds);
  const ownBefore = process.cpuUsage();
  const startedAt = performance.now();
  await delay(job.measureMs);
  const seconds = (performance.now() - startedAt) / 1000;
  const operations = completedBy(loops) - completedBefore;
  const serverCpuSeconds = sumOver(job.serverPids, readCpuSeconds) - cpuBefore;
  const own = process.cpuUsage(ownBefore);
  const serverRssBytes = sumOver(job.serverPids, readRssBytes);
  if (lost !== undefined) throw new Error(lost);
  await Promise.all(loops.map((loop) => loop.drain()));
  const refused = connections.find((connection) => connection.errors > 0);
  if (refused !== undefined) throw new Error(`A request got error ${refused.firstError}.`);
  await closeConnections(connections);
  return {
    operationsPerSecond: operations / seconds,
    latencyMsMedian: latency.percentile(50) / MICROSECONDS,
    latencyMs99: latency.percentile(99) / MICROSECONDS,
    serverCpuSecondsPer100k: (serverCpuSeconds / operations) * 100_000,
    loadCpuShare: (own.user + own.system) / 1e6 / seconds,
    serverRssBytes,
  };
};
