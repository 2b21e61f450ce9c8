/**
 * ElectionConnection: the one connection with another server for notifications: frames of 1 to
 * 524288 bytes both ways. Bytes that are no frame end it with a reason.
 */
import type { TcpConnection, TcpHandlers } from '../../io/net/tcp-connection.ts';
import { FrameDecoder } from '../../protocol/jute/frame-decoder.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { NOTIFICATION_BYTES_MAX } from '../../protocol/records/election.ts';

export interface ElectionConnectionEvents {
  /** Why it is no message, or null. The bytes are good only until this returns. */
  onMessage(bytes: Uint8Array): string | null;
  /** Everything that was sent has been taken by the system. */
  onDrain(): void;
  onMalformed(reason: string): void;
  /** Once, unless it was ended by `close`. */
  onClose(): void;
}

export class ElectionConnection implements TcpHandlers {
  readonly #tcp: TcpConnection;
  readonly #events: ElectionConnectionEvents;
  readonly #frames = new FrameDecoder(NOTIFICATION_BYTES_MAX);
  #isStalled = false;
  #isClosed = false;

  constructor(tcp: TcpConnection, events: ElectionConnectionEvents) {
    this.#tcp = tcp;
    this.#events = events;
  }

  /** From now on messages are read; `bytes` came before. */
  start(bytes: Uint8Array): void {
    if (bytes.length > 0) this.onBytes(bytes);
    if (!this.#isClosed) this.#tcp.start(this);
  }

  /** True until the system has taken what was sent: another message would wait behind it. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** `frame`: length and message. Its memory is the connection's from now on. */
  send(frame: Uint8Array): void {
    this.#isStalled = !this.#tcp.write(frame);
  }

  /** Ends it at once; nobody is told. */
  close(): void {
    this.#isClosed = true;
    this.#tcp.destroy();
  }

  onBytes(chunk: Uint8Array): void {
    this.#frames.push(chunk);
    try {
      while (!this.#isClosed && this.#frames.next()) {
        const { bytes, start, end } = this.#frames;
        if (start === end) throw new JuteError('Len error 0');
        const fault = this.#events.onMessage(bytes.subarray(start, end));
        if (fault !== null) throw new JuteError(fault);
      }
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      if (this.#isClosed) return;
      this.#events.onMalformed(error.message);
      this.#tcp.destroy();
    }
  }

  onDrain(): void {
    this.#isStalled = false;
    if (!this.#isClosed) this.#events.onDrain();
  }

  onClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClose();
  }
}
