/**
 * ElectionHandshake: an accepted connection until it has said who it is. It has a time limit, and
 * nothing that it sends costs more than a few kilobytes.
 */
import type { TcpConnection, TcpHandlers } from '../../io/net/tcp-connection.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import {
  INITIAL_MESSAGE_BYTES_MAX,
  type InitialMessage,
  readInitialMessage,
} from '../../protocol/records/election.ts';

export interface ElectionHandshakeEvents {
  /** `rest`: what came behind the message; good only until this returns. */
  onIdentified(message: InitialMessage, rest: Uint8Array): void;
  /** It is cut off. */
  onRefused(reason: string, detail: string): void;
  /** It has gone, by itself. */
  onGone(): void;
}

export class ElectionHandshake implements TcpHandlers {
  readonly #tcp: TcpConnection;
  readonly #events: ElectionHandshakeEvents;
  #gathered: Uint8Array = new Uint8Array(0);
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(tcp: TcpConnection, timeoutMs: number, events: ElectionHandshakeEvents) {
    this.#tcp = tcp;
    this.#events = events;
    this.#timer = setTimeout(() => this.#refuse('no initial message in time', ''), timeoutMs);
    tcp.start(this);
  }

  /** Cuts it off; nobody is told. */
  cancel(): void {
    if (!this.#end()) return;
    this.#tcp.destroy();
  }

  onBytes(chunk: Uint8Array): void {
    if (this.#isOver) return;
    try {
      const before = this.#gathered.length;
      // Bounded: after so many bytes it is a message or none.
      const bytes = Buffer.concat([this.#gathered, chunk.subarray(0, INITIAL_MESSAGE_BYTES_MAX)]);
      const message = readInitialMessage(bytes);
      this.#gathered = bytes;
      if (message === null || !this.#end()) return;
      this.#events.onIdentified(message, chunk.subarray(message.length - before));
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.#refuse('malformed initial message', error.message);
    }
  }

  onDrain(): void {}

  onClose(): void {
    if (this.#end()) this.#events.onGone();
  }

  #refuse(reason: string, detail: string): void {
    if (!this.#end()) return;
    this.#tcp.destroy();
    this.#events.onRefused(reason, detail);
  }

  /** False when it was over already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    return true;
  }
}
