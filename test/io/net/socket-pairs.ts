/** Real sockets on the loopback: what the listener hands out, and the other end of it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { TcpConnection, TcpHandlers } from '../../../src/io/net/tcp-connection.ts';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';

/** The server's end, with what it heard. */
export class ServerEnd implements TcpHandlers {
  readonly tcp: TcpConnection;
  /** Everything that came, copied. */
  received = Buffer.alloc(0);
  drains = 0;
  closes = 0;
  /** Called after each of the three. */
  onChange = () => {};

  constructor(tcp: TcpConnection) {
    this.tcp = tcp;
  }

  onBytes(bytes: Uint8Array): void {
    this.received = Buffer.concat([this.received, bytes]);
    this.onChange();
  }

  onDrain(): void {
    this.drains++;
    this.onChange();
  }

  onClose(): void {
    this.closes++;
    this.onChange();
  }

  /** Resolves when it holds, looked at after each event. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.onChange = () => {
        if (!holds()) return;
        this.onChange = () => {};
        resolve();
      };
      this.onChange();
    });
  }
}

export interface Pair {
  readonly server: ServerEnd;
  readonly client: Socket;
}

export interface Loopback {
  readonly listener: TcpListener;
  /** Connects; the server's end has not begun to read. */
  open(): Promise<Pair>;
}

export async function listenOnLoopback(t: TestContext, hasSockets = false): Promise<Loopback> {
  const waiting: ((tcp: TcpConnection) => void)[] = [];
  const clients: Socket[] = [];
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false, hasSockets },
    {
      onConnection: (tcp) => waiting.shift()?.(tcp),
      onError: (error) => {
        throw error;
      },
    },
  );
  await listener.listen();
  t.after(() => {
    listener.close();
    for (const client of clients) client.destroy();
  });
  const open = async (): Promise<Pair> => {
    const accepted = new Promise<TcpConnection>((resolve) => waiting.push(resolve));
    const client = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    clients.push(client);
    client.on('error', () => {});
    await once(client, 'connect');
    const server = new ServerEnd(await accepted);
    return { server, client };
  };
  return { listener, open };
}
