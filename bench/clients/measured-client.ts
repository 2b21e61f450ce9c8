/** What the bench asks of a client library, whichever it is. */
export interface MeasuredClient {
  /** Sets the node's data, 100 bytes, and resolves when that is answered. */
  set(path: string, data: Buffer): Promise<void>;
  get(path: string): Promise<number>;
  create(path: string, data: Buffer): Promise<void>;
  close(): Promise<void>;
}

export interface ClientJob {
  readonly library: string;
  readonly port: number;
  readonly workload: 'get' | 'set';
  /** Requests that wait for their answer at any time. */
  readonly depth: number;
  readonly seconds: number;
}

export interface ClientResult {
  readonly operationsPerSecond: number;
  /** Of the client's process. */
  readonly cpuSecondsPer100k: number;
}
