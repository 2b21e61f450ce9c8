/** A network of one fake server: it takes connections, records writes, and says what it is told. */
import type {
  Connection,
  ConnectionHandlers,
  Dial,
  DialEvents,
} from '../../../src/client/session/connection.ts';
import { FrameDecoder } from '../../../src/protocol/jute/frame-decoder.ts';
import { ConnectResponse } from '../../../src/protocol/records/connect.ts';
import { frame, PASSWORD, SESSION_ID } from '../machine/machine-rig.ts';

export class FakeConnection implements Connection {
  /** One for each write. */
  readonly writes: Uint8Array[] = [];
  /** Frames that `frame` has given, the connect request first. */
  #taken = 1;
  isDestroyed = false;
  sharesTurns = false;
  handlers: ConnectionHandlers | null = null;
  #onWrite: () => void = () => {};

  start(handlers: ConnectionHandlers): void {
    this.handlers = handlers;
  }

  write(bytes: Uint8Array, length = bytes.length): boolean {
    this.writes.push(bytes.slice(0, length));
    this.#onWrite();
    return true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  say(bytes: Uint8Array): void {
    this.handlers?.onBytes(bytes);
  }

  accept(): void {
    const response = { protocolVersion: 0, timeOut: 9000, sessionId: SESSION_ID, passwd: PASSWORD };
    this.say(frame((writer) => ConnectResponse.write(writer, { ...response, readOnly: false })));
  }

  /** The next request that was not looked at, without pings. */
  async frame(): Promise<Uint8Array> {
    for (;;) {
      const frames = this.writes.flatMap(framesOf);
      const bytes = frames[this.#taken];
      if (bytes === undefined) {
        await this.written(this.writes.length + 1);
        continue;
      }
      this.#taken++;
      if (new DataView(bytes.buffer, bytes.byteOffset).getInt32(0) !== -2) return bytes;
    }
  }

  /** Resolves when there are so many writes. */
  written(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onWrite = () => {
        if (this.writes.length >= count) resolve();
      };
      this.#onWrite();
    });
  }
}

export function framesOf(bytes: Uint8Array): Uint8Array[] {
  const decoder = new FrameDecoder(1 << 24);
  decoder.push(bytes);
  const frames: Uint8Array[] = [];
  while (decoder.next()) frames.push(decoder.bytes.slice(decoder.start, decoder.end));
  return frames;
}

export interface FakeNetwork {
  readonly dial: Dial;
  /** Those that were dialled, in order. */
  readonly attempts: { readonly host: string; readonly events: DialEvents; isCancelled: boolean }[];
  /** Lets the last attempt connect. */
  connect(): FakeConnection;
}

export function fakeNetwork(): FakeNetwork {
  const attempts: FakeNetwork['attempts'] = [];
  return {
    attempts,
    dial({ host }, events) {
      const attempt = { host, events, isCancelled: false };
      attempts.push(attempt);
      return {
        cancel() {
          attempt.isCancelled = true;
        },
      };
    },
    connect() {
      const connection = new FakeConnection();
      attempts.at(-1)?.events.onConnected(connection);
      return connection;
    },
  };
}
