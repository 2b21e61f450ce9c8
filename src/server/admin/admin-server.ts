/**
 * AdminServer: what operators ask over HTTP (ZooKeeper's AdminServer, JettyAdminServer). Loaded only
 * where it is switched on. It has no state of its own: it shows what the four-letter words show, and
 * asks the server for snapshots.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { plainAddress } from '../../io/net/tcp-connection.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { WordContext } from '../four-letter-words/word-context.ts';
import type { Logger } from '../logging/logger.ts';
import { createAdminApp } from './admin-app.ts';
import { EventHub } from './api/event-hub.ts';
import { createCommands } from './commands/command-table.ts';
import { snapshotCommand } from './commands/snapshot-command.ts';
import { SnapshotTaker } from './snapshot-taker.ts';

export interface AdminServerParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly words: WordContext;
  readonly metrics?: (() => Promise<string>) | undefined;
  /** Runs what changes the server, and starts what follows from it. */
  step<T>(action: () => T): T;
}

/** Operators are few; a crowd of connections must not take descriptors from clients. */
const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 16 * 1024;

export class AdminServer {
  readonly #parts: AdminServerParts;
  readonly #http: Server;
  readonly #snapshots: SnapshotTaker;
  readonly #events: EventHub;

  constructor(parts: AdminServerParts) {
    const { config, logger, words } = parts;
    this.#parts = parts;
    this.#snapshots = new SnapshotTaker({ server: words.server, step: parts.step });
    this.#events = new EventHub(words);
    const takeSnapshot = () => this.#snapshots.take();
    const commands = createCommands(config, [snapshotCommand({ config, logger, takeSnapshot })]);
    this.#http = this.#createHttp(
      createAdminApp({ ...parts, commands, events: this.#events }).fetch,
    );
  }

  #createHttp(fetch: ReturnType<typeof createAdminApp>['fetch']): Server {
    const { config, logger } = this.#parts;
    const { idleTimeoutMs } = config.admin;
    const http = createAdaptorServer({
      fetch,
      overrideGlobalObjects: false,
      serverOptions: {
        maxHeaderSize: HEADER_BYTES_MAX,
        headersTimeout: idleTimeoutMs,
        keepAliveTimeout: idleTimeoutMs,
        connectionsCheckingInterval: Math.min(30_000, idleTimeoutMs),
      },
    }) as Server;
    http.maxConnections = CONNECTIONS_MAX;
    // Also of who takes an answer more slowly than that, or not at all.
    http.setTimeout(idleTimeoutMs, (socket) => {
      const from = plainAddress(socket.remoteAddress ?? '');
      logger.info('a connection of the AdminServer is cut off: nothing moves', { from });
      socket.destroy();
    });
    return http;
  }

  /** Where it listens, once it does. */
  get port(): number {
    const address = this.#http.address() as AddressInfo | null;
    return address?.port ?? 0;
  }

  /** Rejects when it cannot listen. */
  async listen(): Promise<void> {
    const { config, logger } = this.#parts;
    const { address, port, commandUrl } = config.admin;
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, address, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    this.#http.on('error', (error) => logger.warn('the AdminServer', { error }));
    logger.info('the AdminServer listens', { address, port: this.port, commandUrl });
  }

  /** Whatever happens to the server. */
  onEvent(event: { readonly kind: string }): void {
    this.#snapshots.onEvent(event);
    this.#events.onEvent(event);
  }

  /** Cuts off who is connected. */
  close(): void {
    this.#snapshots.end('the server stops');
    this.#events.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}
