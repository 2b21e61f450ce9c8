/**
 * AdminServer: what operators ask over HTTP (ZooKeeper's AdminServer, JettyAdminServer). Loaded only
 * where it is switched on. It has no state of its own: it shows what the four-letter words show, and
 * asks the server for snapshots.
 */
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from '../config/server-config.ts';
import type { WordContext } from '../four-letter-words/word-context.ts';
import type { Logger } from '../logging/logger.ts';
import type { MetricsPage } from '../metrics/prometheus-page.ts';
import type { TlsOptions } from '../tls/tls-options.ts';
import { createAdminApp } from './admin-app.ts';
import { type AdminHttp, createAdminHttp } from './admin-http.ts';
import { EventHub } from './api/event-hub.ts';
import { createCommands } from './commands/command-table.ts';
import { snapshotCommand } from './commands/snapshot-command.ts';
import { isLoopback } from './guard.ts';
import { SnapshotTaker } from './snapshot-taker.ts';

export interface AdminServerParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly words: WordContext;
  /** Null or absent where no TLS is spoken. */
  readonly tls?: TlsOptions | null | undefined;
  /** Runs what changes the server, and starts what follows from it. */
  step<T>(action: () => T): T;
}

export class AdminServer {
  readonly #parts: AdminServerParts;
  readonly #http: AdminHttp;
  readonly #snapshots: SnapshotTaker;
  readonly #events: EventHub;
  #metricsPage: Promise<MetricsPage> | null = null;

  constructor(parts: AdminServerParts) {
    const { config, logger, words } = parts;
    this.#parts = parts;
    this.#snapshots = new SnapshotTaker({ server: words.server, step: parts.step });
    this.#events = new EventHub(words);
    const takeSnapshot = () => this.#snapshots.take();
    const { stats } = words.server;
    const snapshot = snapshotCommand({ config, logger, stats, takeSnapshot });
    const commands = createCommands(config, [snapshot]);
    const { fetch } = createAdminApp({
      ...{ words, logger, commands, events: this.#events },
      metricsPage: () => this.#loadMetricsPage(),
    });
    const { admin } = config;
    this.#http = createAdminHttp({ admin, logger, tls: parts.tls ?? null, fetch });
  }

  /** Loaded when somebody asks for it. */
  #loadMetricsPage(): Promise<MetricsPage> {
    this.#metricsPage ??= import('../metrics/prometheus-page.ts').then(({ createMetricsPage }) =>
      createMetricsPage(this.#parts.words),
    );
    return this.#metricsPage;
  }

  /** Where it listens, once it does. */
  get port(): number {
    const address = this.#http.door.address() as AddressInfo | null;
    return address?.port ?? 0;
  }

  /** Rejects when it cannot listen. */
  async listen(): Promise<void> {
    const { config, logger } = this.#parts;
    const { address, port, commandUrl } = config.admin;
    const { door } = this.#http;
    await new Promise<void>((resolve, reject) => {
      door.once('error', reject);
      door.listen(port, address, () => {
        door.off('error', reject);
        resolve();
      });
    });
    door.on('error', (error) => logger.warn('the AdminServer', { error }));
    logger.info('the AdminServer listens', { address, port: this.port, commandUrl });
    if (isLoopback(address)) return;
    logger.warn('the AdminServer can be reached from other machines, by whoever reaches the port');
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
  }
}
