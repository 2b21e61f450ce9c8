// What the bench process asks of a load process, and what it answers: plain data over IPC.

export type Workload = 'get' | 'set' | 'create' | 'mixed' | 'children';

/** Creates the nodes that the workloads read and write. */
export interface PrepareJob {
  readonly kind: 'prepare';
  readonly port: number;
}

/** `connections` sessions, each with `depth` requests outstanding, for a time. */
export interface ClosedLoopJob {
  readonly kind: 'closed-loop';
  readonly port: number;
  /** The process whose CPU time is read at both ends of the measured window. */
  readonly serverPid: number;
  readonly workload: Workload;
  readonly connections: number;
  readonly depth: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Keeps the paths of creates apart between jobs on one server. */
  readonly jobNumber: number;
}

/** Creates `nodes` nodes of 100 bytes, a thousand in each parent, as fast as the server answers. */
export interface FillJob {
  readonly kind: 'fill';
  readonly port: number;
  readonly connections: number;
  readonly depth: number;
  readonly nodes: number;
}

/** Writes `operations` times to the nodes that a fill job made. */
export interface RewriteJob {
  readonly kind: 'rewrite';
  readonly port: number;
  readonly connections: number;
  readonly depth: number;
  readonly nodes: number;
  readonly operations: number;
}

export interface WatchFanOutJob {
  readonly kind: 'watch-fan-out';
  readonly port: number;
  readonly watchers: number;
  readonly rounds: number;
}

export interface SessionChurnJob {
  readonly kind: 'session-churn';
  readonly port: number;
  readonly workers: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly jobNumber: number;
}

/** Opens sessions, lets them sit, and reads the server's memory before and after. */
export interface IdleSessionsJob {
  readonly kind: 'idle-sessions';
  readonly port: number;
  readonly serverPid: number;
  readonly sessions: number;
  readonly settleMs: number;
}

/** One read about every millisecond; ends when told to, with one entry for each phase. */
export interface ProbeJob {
  readonly kind: 'probe';
  readonly port: number;
  readonly path: string;
}

export type Job =
  | PrepareJob
  | ClosedLoopJob
  | FillJob
  | RewriteJob
  | WatchFanOutJob
  | SessionChurnJob
  | IdleSessionsJob
  | ProbeJob;

export interface ClosedLoopResult {
  readonly operationsPerSecond: number;
  readonly latencyMsMedian: number;
  readonly latencyMs99: number;
  readonly serverCpuSecondsPer100k: number;
  /** How much of one core the load process itself used: near 1 it was the bottleneck. */
  readonly loadCpuShare: number;
  readonly serverRssBytes: number;
}

export interface FillResult {
  readonly seconds: number;
  readonly operationsPerSecond: number;
}

export interface WatchFanOutResult {
  readonly lastEventMsMedian: number;
  readonly lastEventMsMin: number;
  readonly lastEventMsMax: number;
}

export interface SessionChurnResult {
  readonly sessionsPerSecond: number;
  readonly loadCpuShare: number;
}

export interface IdleSessionsResult {
  readonly bytesPerSession: number;
  readonly connectSeconds: number;
  readonly serverRssBytes: number;
}

export interface ProbePhase {
  readonly name: string;
  readonly probes: number;
  readonly medianMs: number;
  readonly longestMs: number;
  /** The longest time the probing process itself was held up; a longer pause is the server's. */
  readonly ownDelayMs: number;
}

export interface JobResults {
  prepare: null;
  'closed-loop': ClosedLoopResult;
  fill: FillResult;
  rewrite: FillResult;
  'watch-fan-out': WatchFanOutResult;
  'session-churn': SessionChurnResult;
  'idle-sessions': IdleSessionsResult;
  probe: readonly ProbePhase[];
}

export type ToLoadProcess =
  | { readonly kind: 'run'; readonly job: Job }
  | { readonly kind: 'phase'; readonly name: string }
  | { readonly kind: 'end' };

export type FromLoadProcess =
  | { readonly kind: 'started' }
  | { readonly kind: 'result'; readonly result: JobResults[keyof JobResults] }
  | { readonly kind: 'failed'; readonly reason: string };
