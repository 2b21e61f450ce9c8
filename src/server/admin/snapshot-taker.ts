/**
 * SnapshotTaker: a snapshot because somebody asks for one, and word when it is on the disk. The
 * server takes one at a time; who comes while it does gets one that begins after that.
 */
import type { Zxid } from '../../base/zxid.ts';
import type { ClientServer } from '../client-server.ts';

/** The events of a server that a snapshot can end by. */
export type SnapshotEvent =
  | { readonly kind: 'snapshotDone'; readonly zxid: Zxid }
  | { readonly kind: 'failed' }
  | { readonly kind: 'closed' }
  /** Of a member: its role is over, and with it perhaps the history that was being written. */
  | { readonly kind: 'state' };

export interface SnapshotTakerParts {
  readonly server: Pick<ClientServer, 'takeSnapshot' | 'database'>;
  /** Runs what changes the server, and starts what follows from it. */
  step<T>(action: () => T): T;
}

/** A tree of many gigabytes on a slow disk. */
const TIMEOUT_MS = 900_000;

interface Waiting {
  /** Null: for the end of another one. */
  readonly zxid: Zxid | null;
  resolve(): void;
  reject(error: Error): void;
}

export class SnapshotTaker {
  readonly #parts: SnapshotTakerParts;
  readonly #waiting = new Set<Waiting>();

  constructor(parts: SnapshotTakerParts) {
    this.#parts = parts;
  }

  /** Resolves with the zxid of the snapshot when it is durable; rejects when there will be none. */
  async take(): Promise<Zxid> {
    const endsMs = performance.now() + TIMEOUT_MS;
    for (;;) {
      const zxid = this.#begin();
      await this.#wait(zxid, endsMs - performance.now());
      if (zxid !== null) return zxid;
    }
  }

  /** Null while another one is being taken. */
  #begin(): Zxid | null {
    const { server, step } = this.#parts;
    return step(() => {
      const zxid = server.database.tree.lastProcessedZxid;
      return server.takeSnapshot() ? zxid : null;
    });
  }

  #wait(zxid: Zxid | null, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.reject(new Error('it takes too long')), timeoutMs);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        settle();
      };
      const waiting: Waiting = {
        zxid,
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      this.#waiting.add(waiting);
    });
  }

  onEvent(event: { readonly kind: string } | SnapshotEvent): void {
    if (this.#waiting.size === 0) return;
    if (event.kind === 'snapshotDone') return this.#onDone((event as { zxid: Zxid }).zxid);
    if (event.kind === 'failed' || event.kind === 'closed') this.end('the server stops');
    if (event.kind === 'state') this.end('the server has another role now');
  }

  #onDone(zxid: Zxid): void {
    for (const waiting of [...this.#waiting]) {
      if (waiting.zxid === null || waiting.zxid === zxid) waiting.resolve();
    }
  }

  end(reason: string): void {
    for (const waiting of [...this.#waiting]) waiting.reject(new Error(reason));
  }
}
