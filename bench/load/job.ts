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
  /** Of all servers; the connections are spread over them. */
  readonly ports: readonly number[];
  /** The processes whose CPU time is read at both ends of the measured window. */
  readonly serverPids: readonly number[];
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
  readonly ports: readonly number[];
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

/** Requests at times that are set beforehand, whatever the servers do: 70 % reads, 30 % writes. */
export interface OpenLoopJob {
  readonly kind: 'open-loop';
  readonly ports: readonly number[];
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One client writes without pause while a server gets a signal. */
export interface FaultJob {
  readonly kind: 'fault';
  readonly ports: readonly number[];
  /** The server that the client is connected to at first, as an index of `ports`. */
  readonly firstServer: number;
  readonly pid: number;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** Whether it ends with a write that another leader acknowledged. */
  readonly isLeader: boolean;
}

export type Job =
  | PrepareJob
  | ClosedLoopJob
  | FillJob
  | RewriteJob
  | WatchFanOutJob
  | SessionChurnJob
  | IdleSessionsJob
  | OpenLoopJob
  | FaultJob
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

export interface OpenLoopResult {
  /** From the time that a request was due to its reply. */
  readonly latencyMsMedian: number;
  readonly latencyMs99: number;
  readonly latencyMsMax: number;
  /** How late the load process itself sent: part of every latency above. */
  readonly ownLatenessMs99: number;
  readonly operationsPerSecond: number;
  readonly loadCpuShare: number;
}

export interface FaultResult {
  /** From the signal to the first write that the next leader acknowledged; null without one. */
  readonly recoveryMs: number | null;
  /** The longest time between two acknowledged writes, from just before the signal on. */
  readonly longestGapMs: number;
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
  'open-loop': OpenLoopResult;
  fault: FaultResult;
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
