/**
 * CutWire: a TCP proxy in front of a server whose connections a test cuts: in both directions, or
 * after the request has gone out and before its reply has come back, which is how a client gets to
 * know nothing about what it did.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class CutWire {
  readonly #port: number;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; server: Socket }>();
  /** How many more replies come through; undefined for all. */
  #repliesLeft: number | undefined;
  #onLost = (): void => {};

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((client) => this.#join(client));
  }

  static async to(port: number): Promise<CutWire> {
    const wire = new CutWire(port);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get connectString(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
    return `127.0.0.1:${address.port}`;
  }

  /**
   * After this many more replies nothing that the server says arrives; requests still do. Resolves
   * when the first reply is lost.
   */
  loseReplies(after: number): Promise<void> {
    this.#repliesLeft = after;
    return new Promise((resolve) => {
      this.#onLost = resolve;
    });
  }

  /** Ends all connections. New ones are joined, and hear again. */
  cut(): void {
    this.#repliesLeft = undefined;
    for (const { client, server } of this.#pairs) {
      client.destroy();
      // What has been sent is still read by the server.
      server.end();
    }
    this.#pairs.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    const end = () => {
      client.destroy();
      server.end();
      this.#pairs.delete(pair);
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.setNoDelay(true).on('data', (bytes) => server.write(bytes));
    let unread = Buffer.alloc(0);
    server.setNoDelay(true).on('data', (bytes) => {
      unread = Buffer.concat([unread, bytes]);
      while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE()) {
        const end = 4 + unread.readInt32BE();
        const frame = unread.subarray(0, end);
        unread = unread.subarray(end);
        if (this.#comesThrough(frame)) client.write(frame);
      }
    });
  }

  #comesThrough(frame: Buffer): boolean {
    if (this.#repliesLeft === undefined) return true;
    // An event or the answer to a ping is no reply.
    const isReply = frame.readInt32BE(4) >= 0;
    if (this.#repliesLeft === 0) {
      if (isReply) this.#onLost();
      return false;
    }
    if (isReply) this.#repliesLeft--;
    return true;
  }
}
