/** Plain sockets that a test can wait on. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Changes } from '../../../src/testing/changes.ts';

/** One end of a connection: what has come, and how it ended. */
export class End {
  readonly socket: Socket;
  text = '';
  /** `open`, `end` or the code of an error. */
  state = 'open';
  readonly #changes = new Changes();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
      this.#changes.changed();
    });
    socket.on('end', () => this.#become('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#become(error.code ?? error.message));
    socket.on('close', () => this.#become('close'));
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  async reads(text: string): Promise<void> {
    await this.#until(() => this.text.includes(text), `reads ${text}`);
  }

  async becomes(state: string): Promise<void> {
    await this.#until(() => this.state === state, `becomes ${state}`);
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const describe = () => `It has "${this.text}" and is ${this.state}.`;
    await this.#changes.until(() => holds() || undefined, { what, describe });
  }

  #become(state: string): void {
    if (this.state === 'open') this.state = state;
    this.#changes.changed();
  }
}

export async function dial(t: TestContext, port: number): Promise<End> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  const end = new End(socket);
  await once(socket, 'connect');
  return end;
}

/** The code of the error, where nobody is to be reached. */
export function dialInVain(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

export interface Target {
  readonly port: number;
  readonly accepted: End[];
  /** The next connection, or one that has come already. */
  next(): Promise<End>;
}

/** Accepts, and says nothing by itself. */
export async function listen(t: TestContext): Promise<Target> {
  const changes = new Changes();
  const accepted: End[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    t.after(() => socket.destroy());
    accepted.push(new End(socket));
    changes.changed();
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  let taken = 0;
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted,
    async next() {
      const at = taken++;
      const what = `connection ${at}`;
      return changes.until(() => accepted[at], { what, describe: () => '' });
    },
  };
}

/** So many turns of the event loop: whatever could happen without waiting has happened. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
