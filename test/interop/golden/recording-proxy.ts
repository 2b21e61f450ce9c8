// A TCP proxy between a real client and a server that hands every frame of both directions to a
// recorder, with the op it belongs to. It changes nothing on the way, and can cut its connections
// to make clients reconnect and set their watches again.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { Op } from '../raw-client.ts';

export interface RecordedFrame {
  readonly from: 'client' | 'server';
  /** 'connect', 'event', or the op of the request ('create', …; 'op99' when unknown). */
  readonly op: string;
  /** The frame after its four bytes of length. */
  readonly payload: Buffer;
}

export interface RecordingProxy {
  readonly port: number;
  /** Cuts all connections, both sides. */
  cut(): void;
  stop(): Promise<void>;
}

const opNames = new Map<number, string>(Object.entries(Op).map(([name, code]) => [code, name]));

/** Splits one direction into frames; a four-letter word passes as no frame at all. */
class FrameSplitter {
  #pending: Buffer = Buffer.alloc(0);
  #isText = false;
  #first = true;

  take(chunk: Buffer): Buffer[] {
    if (this.#isText) return [];
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (this.#first && this.#pending.length >= 4) {
      this.#first = false;
      this.#isText = /^[a-z]{4}$/.test(this.#pending.toString('latin1', 0, 4));
    }
    const frames: Buffer[] = [];
    while (this.#pending.length >= 4) {
      const end = 4 + this.#pending.readInt32BE(0);
      if (end < 4 || this.#pending.length < end) break;
      frames.push(this.#pending.subarray(4, end));
      this.#pending = this.#pending.subarray(end);
    }
    return frames;
  }
}

/** Knows for each answer which request it belongs to: by xid, in order where xids repeat. */
class Exchange {
  readonly #asked = new Map<number, string[]>();
  #clientConnected = false;
  #serverConnected = false;

  nameRequest(payload: Buffer): string {
    if (!this.#clientConnected) {
      this.#clientConnected = true;
      return 'connect';
    }
    const xid = payload.readInt32BE(0);
    const type = payload.readInt32BE(4);
    const op = opNames.get(type) ?? `op${type}`;
    const key = type === Op.ping ? -2 : xid;
    this.#asked.set(key, [...(this.#asked.get(key) ?? []), op]);
    return op;
  }

  nameAnswer(payload: Buffer): string {
    if (!this.#serverConnected) {
      this.#serverConnected = true;
      return 'connect';
    }
    const xid = payload.readInt32BE(0);
    if (xid === -1) return 'event';
    return this.#asked.get(xid)?.shift() ?? 'unasked';
  }
}

const relay = (client: Socket, server: Socket, record: (frame: RecordedFrame) => void): void => {
  const exchange = new Exchange();
  const requests = new FrameSplitter();
  const answers = new FrameSplitter();
  client.on('data', (chunk: Buffer) => {
    for (const payload of requests.take(chunk)) {
      record({ from: 'client', op: exchange.nameRequest(payload), payload });
    }
    server.write(chunk);
  });
  server.on('data', (chunk: Buffer) => {
    for (const payload of answers.take(chunk)) {
      record({ from: 'server', op: exchange.nameAnswer(payload), payload });
    }
    client.write(chunk);
  });
  for (const [side, other] of [
    [client, server],
    [server, client],
  ] as const) {
    side.on('end', () => other.end());
    side.on('error', () => other.destroy());
    side.on('close', () => other.destroy());
  }
};

/** Listens on a free port of 127.0.0.1 in front of a server on `targetPort`. */
export const startRecordingProxy = (
  targetPort: number,
  record: (frame: RecordedFrame) => void,
): Promise<RecordingProxy> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const cut = (): void => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    };
    const listener: Server = createServer((client) => {
      const server = connect(targetPort, '127.0.0.1');
      sockets.add(client).add(server);
      relay(client, server, record);
    });
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('No TCP address.'));
        return;
      }
      const stop = (): Promise<void> =>
        new Promise((done) => {
          listener.close(() => done());
          cut();
        });
      resolve({ port: address.port, cut, stop });
    });
  });
