/**
 * ConnectionGuard: who may connect, and for how long without a session. It puts together the limits
 * on connections, the throttle of new sessions and the time that a connection has to open one.
 */
import { Prng } from '../base/prng.ts';
import type { SessionKind } from '../core/requests/request-processor.ts';
import { Summary } from '../core/requests/stats/summary.ts';
import type { Gate, SessionlessClient } from './client-port.ts';
import { readClocks } from './clocks.ts';
import type { ServerConfig } from './config/server-config.ts';
import { readMaxFileDescriptorCount } from './four-letter-words/process-figures.ts';
import type { LoadFigures } from './four-letter-words/word-context.ts';
import { ConnectionLimits } from './throttle/connection-limits.ts';
import { ConnectionThrottle } from './throttle/connection-throttle.ts';
import { SessionlessConnections } from './throttle/sessionless-connections.ts';
import { connectionLimitOptions, connectionThrottleOptions } from './throttle/throttle-options.ts';

/**
 * Open files that no connection may take: logs, snapshots and what Node itself needs. A snapshot
 * that cannot be opened stops the server, so clients must not be able to use up the descriptors.
 */
const RESERVED_DESCRIPTORS = 64;

export class ConnectionGuard implements Gate, LoadFigures {
  readonly #limits: ConnectionLimits;
  readonly #descriptorsMax = readMaxFileDescriptorCount();
  readonly #throttle: ConnectionThrottle;
  readonly #sessionless: SessionlessConnections<SessionlessClient>;
  readonly tokenDeficit = new Summary();
  #refusedCount = 0;

  constructor(config: ServerConfig) {
    this.#limits = new ConnectionLimits(connectionLimitOptions(config));
    const prng = new Prng(Date.now());
    const { monotonicMs } = readClocks();
    this.#throttle = new ConnectionThrottle(connectionThrottleOptions(config), prng, monotonicMs);
    this.#sessionless = new SessionlessConnections(config.load.sessionlessCnxnTimeoutMs);
  }

  admit(address: string): string | null {
    const { count } = this.#limits;
    if (this.#descriptorsMax >= 0 && count >= this.#descriptorsMax - RESERVED_DESCRIPTORS) {
      return `There are ${count} connections; more would need a higher ulimit -n.`;
    }
    return this.#limits.admit(address);
  }

  leave(address: string): void {
    this.#limits.leave(address);
  }

  opened(client: SessionlessClient): void {
    this.#sessionless.add(client, readClocks().monotonicMs);
  }

  settled(client: SessionlessClient): void {
    this.#sessionless.remove(client);
  }

  refused(): void {
    this.#refusedCount++;
  }

  /** May a session be made or taken up now? */
  admitSession(kind: SessionKind): boolean {
    this.tokenDeficit.record(this.#throttle.deficit);
    return this.#throttle.admit(kind, readClocks().monotonicMs);
  }

  /** Connections whose time to open a session is over. */
  takeSessionless(): SessionlessClient[] {
    return this.#sessionless.takeExpired(readClocks().monotonicMs);
  }

  get closedWithoutServer(): number {
    return this.#refusedCount;
  }

  get connectionDropProbability(): number {
    return this.#throttle.dropProbability;
  }

  get sessionlessConnectionsExpired(): number {
    return this.#sessionless.expiredCount;
  }
}
