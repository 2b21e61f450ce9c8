/**
 * Relay: a port of the loopback in front of a server's, which stays when the server goes and comes
 * back elsewhere, and the place of all that a network can do to connections.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Introduction } from './first-bytes.ts';
import { RelayConnection, type RelayRules } from './relay-connection.ts';

export interface RelayOptions {
  /** How whoever dials says who that is, and which of them are cut off at the moment. */
  readonly caller?: Introduction;
  isCutOff?(caller: bigint | null): boolean;
  /** How the server says which session a connection is of. */
  readonly session?: Introduction;
}

const HOST = '127.0.0.1';

export class Relay implements RelayRules {
  target: RelayRules['target'] = null;
  delayMs = 0;
  readonly #options: RelayOptions;
  readonly #listener: Server;
  readonly #connections = new Set<RelayConnection>();
  #isHeld = false;
  #isClosed = false;
  #onEmpty: (() => void) | null = null;

  static async open(options: RelayOptions = {}): Promise<Relay> {
    const relay = new Relay(options);
    await new Promise<void>((resolve, reject) => {
      relay.#listener.once('error', reject);
      relay.#listener.listen(0, HOST, resolve);
    });
    return relay;
  }

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#listener = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket),
    );
  }

  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Of the connections that have one. */
  get sessions(): bigint[] {
    return [...this.#connections].flatMap(({ session }) => (session === null ? [] : [session]));
  }

  isHeld(caller: bigint | null): boolean {
    return this.#isHeld || this.#options.isCutOff?.(caller) === true;
  }

  /** The server listens here from now on; whoever waits gets through. */
  leadTo(port: number): void {
    this.target = port;
    this.update();
  }

  /** The server is about to listen: whoever comes waits. */
  awaitServer(): void {
    this.target = null;
  }

  /** There is no server: whoever comes, or waits, is refused. */
  refuse(): void {
    this.target = 'refused';
    this.update();
  }

  /** Nothing gets through, in either direction, and nobody is told. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.update();
  }

  /** Everything comes so much later, in either direction. */
  delay(delayMs: number): void {
    this.delayMs = delayMs;
    this.update();
  }

  /** Cuts off those of a session, or all; returns how many. */
  reset(session?: bigint): number {
    const chosen = [...this.#connections].filter(
      (connection) => session === undefined || connection.session === session,
    );
    for (const connection of chosen) connection.reset();
    return chosen.length;
  }

  /** To be called when what `isCutOff` says has changed. */
  update(): void {
    for (const connection of this.#connections) connection.update();
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.reset();
    if (this.#connections.size === 0) this.#onEmpty?.();
    await Promise.all([closed, empty]);
  }

  #accept(dialler: Socket): void {
    if (this.#isClosed) {
      dialler.destroy();
      return;
    }
    const { caller = null, session = null } = this.#options;
    const connection = new RelayConnection({
      dialler,
      rules: this,
      caller,
      session,
      onClose: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onEmpty?.();
      },
    });
    this.#connections.add(connection);
    connection.update();
  }
}
