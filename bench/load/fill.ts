// Loads many small nodes, a thousand in each parent, and rewrites some of them afterwards. The
// outstanding requests are kept few enough that waiting behind them is not taken for a pause.

import { ClosedLoop } from './closed-loop.ts';
import { encodeCreate, encodeSetData, fillData } from './frames.ts';
import type { FillJob, FillResult, RewriteJob } from './job.ts';
import { closeConnections, type LoadConnection, openConnections } from './load-connection.ts';
import { SMALL_BYTES, sendAll } from './prepare.ts';
import { NumberedCreates, RequestRing, type RequestSource, RingSource } from './request-source.ts';

const PER_PARENT = 1000;
const PARENT_BATCH = 200;

const digits = (value: number, width: number): string => String(value).padStart(width, '0');
const parentPath = (parent: number): string => `/million/d${digits(parent, 4)}`;
const nodePath = (node: number): string =>
  `${parentPath(Math.floor(node / PER_PARENT))}/n${digits(node % PER_PARENT, 3)}`;

const createParents = async (connection: LoadConnection, nodes: number): Promise<void> => {
  const data = fillData(0);
  await sendAll(connection, [encodeCreate({ xid: 1, path: '/million', data })]);
  const parents = Math.ceil(nodes / PER_PARENT);
  for (let from = 0; from < parents; from += PARENT_BATCH) {
    const size = Math.min(PARENT_BATCH, parents - from);
    const batch = Array.from({ length: size }, (_, index) =>
      encodeCreate({ xid: 1, path: parentPath(from + index), data }),
    );
    await sendAll(connection, batch);
  }
};

interface FixedWork {
  readonly connections: readonly LoadConnection[];
  readonly sources: readonly RequestSource[];
  readonly depth: number;
  readonly operations: number;
}

const runFixedWork = async (work: FixedWork): Promise<FillResult> => {
  const { connections, sources, depth, operations } = work;
  const startedAt = performance.now();
  const ends = connections.map((connection, index) => {
    const source = sources[index];
    if (source === undefined) return Promise.resolve();
    const loop = new ClosedLoop(connection, source);
    const ended = new Promise<void>((resolve, reject) => {
      connection.onLost = (reason) => reject(new Error(reason));
      loop.ended().then(resolve, reject);
    });
    loop.start(depth);
    return ended;
  });
  await Promise.all(ends);
  const seconds = (performance.now() - startedAt) / 1000;
  const refused = connections.find((connection) => connection.errors > 0);
  if (refused !== undefined) throw new Error(`A request got error ${refused.firstError}.`);
  await closeConnections(connections);
  return { seconds, operationsPerSecond: operations / seconds };
};

export const runFill = async (job: FillJob): Promise<FillResult> => {
  const connections = await openConnections(job.connections, [job.port]);
  const [first] = connections;
  if (first !== undefined) await createParents(first, job.nodes);
  const share = Math.ceil(job.nodes / connections.length);
  const dataBytes = fillData(SMALL_BYTES);
  const sources = connections.map(
    (_, index) =>
      new NumberedCreates({
        pattern: '/million/d####/n###',
        dataBytes,
        from: Math.min(job.nodes, index * share),
        to: Math.min(job.nodes, (index + 1) * share),
      }),
  );
  return runFixedWork({ connections, sources, depth: job.depth, operations: job.nodes });
};

/** Ends a ring after a number of requests. */
class LimitedSource implements RequestSource {
  readonly #source: RequestSource;
  #left: number;

  constructor(source: RequestSource, limit: number) {
    this.#source = source;
    this.#left = limit;
  }

  take(count: number): { readonly bytes: Buffer; readonly count: number } {
    const taken = this.#source.take(Math.min(count, this.#left));
    this.#left -= taken.count;
    return taken;
  }
}

/** A stride prime to a million touches nodes all over the tree. */
const STRIDE = 7919;
const RING_SIZE = 20_000;

export const runRewrite = async (job: RewriteJob): Promise<FillResult> => {
  const connections = await openConnections(job.connections, [job.port]);
  const data = fillData(SMALL_BYTES);
  const requests = Array.from({ length: RING_SIZE }, (_, index) =>
    encodeSetData({ xid: 1, path: nodePath((index * STRIDE) % job.nodes), data }),
  );
  const ring = new RequestRing(requests, job.depth);
  const share = Math.ceil(job.operations / connections.length);
  const sources = connections.map(
    (_, index) => new LimitedSource(new RingSource(ring, index * 1009), share),
  );
  return runFixedWork({ connections, sources, depth: job.depth, operations: job.operations });
};
