/**
 * Operation: what the machine has to know about one kind of request: its op code, how its body is
 * written and how the body of a good reply is read. `operations.ts` and `multi-operations.ts` list
 * them; nobody else asks for the op code.
 */
import type { ErrorCodeName } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { WatchListener } from './watch-event.ts';

/** ZooKeeper's names, as they stand in errors. */
export type OperationName =
  | 'create'
  | 'delete'
  | 'exists'
  | 'getData'
  | 'setData'
  | 'getAcl'
  | 'setAcl'
  | 'getChildren'
  | 'getAllChildrenNumber'
  | 'getEphemerals'
  | 'sync'
  | 'multi'
  | 'multiRead'
  | 'addWatch'
  | 'removeWatches'
  | 'watch'
  | 'addAuth'
  | 'sasl'
  | 'whoAmI'
  | 'getConfig'
  | 'reconfig'
  | 'connect'
  | 'close';

export interface Operation<A, T> {
  readonly name: OperationName;
  readonly opCode: number;
  /** It changes nothing on the server, so that it may be sent twice. */
  readonly isRead: boolean;
  write(writer: BinaryWriter, args: A): void;
  read(reader: BinaryReader): T;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments and results differ; the shell's calls tie them together.
export type AnyOperation = Operation<any, any>;

/** Which watch a request sets when its reply is good. */
export interface WatchIntent {
  readonly kind: WatchKind;
  /** As the server knows it: with the chroot. */
  readonly path: string;
  readonly listener: WatchListener;
}

/** `exists` stands for a data watch that becomes an exist watch where the node is missing. */
export type WatchKind = 'data' | 'exists' | 'children' | 'persistent' | 'persistentRecursive';

/** `new` until the machine has it; `abandoned` when nobody waits for the reply any more. */
export type RequestPhase = 'new' | 'queued' | 'sent' | 'abandoned' | 'settled';

/** One request. What stands below the line is the machine's. */
export interface MachineRequest {
  readonly operation: AnyOperation;
  readonly args: unknown;
  readonly watch: WatchIntent | null;
  // ----
  phase: RequestPhase;
  xid: number;
  frameBytes: number;
  /** When it was queued or sent. */
  atMs: number;
}

/**
 * `notSent`: no byte of it has left. `unknown`: it was sent and no answer came; a write may have
 * happened or not. `failed`: the server answered, and nothing happened.
 */
export type Outcome = 'notSent' | 'unknown' | 'failed';

export interface Failure {
  /** A name of the table of error codes. */
  readonly code: ErrorCodeName;
  /** The number that the server sent, where the table has no name for it. */
  readonly errorCode?: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}
