/** ClientCall: one request as the shell sees it, with the promise that waits for it. */
import type {
  AnyOperation,
  MachineRequest,
  OperationName,
  RequestPhase,
  WatchIntent,
} from '../machine/operation.ts';

export interface CallFacts {
  readonly operation: AnyOperation;
  readonly args: unknown;
  readonly watch: WatchIntent | null;
  /** As the caller gave it, for errors. */
  readonly path: string | undefined;
  /** What the caller called, where that is not the operation's own name. */
  readonly name?: OperationName;
}

export class ClientCall implements MachineRequest {
  readonly operation: AnyOperation;
  readonly args: unknown;
  readonly watch: WatchIntent | null;
  readonly path: string | undefined;
  readonly name: OperationName;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  phase: RequestPhase = 'new';
  xid = 0;
  frameBytes = 0;
  atMs = 0;

  constructor(
    facts: CallFacts,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.operation = facts.operation;
    this.args = facts.args;
    this.watch = facts.watch;
    this.path = facts.path;
    this.name = facts.name ?? facts.operation.name;
    this.resolve = resolve;
    this.reject = reject;
  }
}
