/**
 * ObserverMasterPort: where a follower listens for observers (`observerMasterPort`). It listens only
 * while this server follows and serves, as in ZooKeeper: at any other time an observer is refused at
 * once and tries the next server.
 */

import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import type { TlsAcceptor } from '../../io/net/tls-acceptor.ts';
import type { Logger } from '../logging/logger.ts';
import { QuorumListener } from './quorum-listener.ts';

/** The server follows all the same; whoever has the port may let it go. */
const BIND_RETRY_MS = 5_000;

export interface ObserverMasterPortParts {
  readonly isOnAllAddresses: boolean;
  readonly keepAlive: boolean;
  readonly bindRetryMs?: number;
  /** Absent: no TLS is spoken. */
  readonly tls?: TlsAcceptor | undefined;
  readonly logger: Logger;
  /** As they are configured when it begins to listen. */
  addresses(): readonly HostAndPort[];
  onConnection(connection: TcpConnection): void;
}

export class ObserverMasterPort {
  readonly #parts: ObserverMasterPortParts;
  #listener: QuorumListener | null = null;

  constructor(parts: ObserverMasterPortParts) {
    this.#parts = parts;
  }

  /** With the ports that were got for 0; none while it does not listen. */
  get addresses(): readonly HostAndPort[] {
    return this.#listener?.addresses ?? [];
  }

  /** Resolves when it listens, or is closed before. */
  async open(): Promise<void> {
    if (this.#listener !== null) return;
    const { isOnAllAddresses, keepAlive, logger, tls } = this.#parts;
    const { bindRetryMs = BIND_RETRY_MS } = this.#parts;
    const addresses = this.#parts.addresses();
    const listener = new QuorumListener({
      options: {
        name: 'observer master port',
        ...{ addresses, isOnAllAddresses, keepAlive, bindRetryMs, tls },
        bindTriesMax: 0,
      },
      logger,
      onConnection: (tcp) => this.#parts.onConnection(tcp),
    });
    this.#listener = listener;
    await listener.listen();
  }

  /** Connections are not its business: they end with the role. */
  close(): void {
    this.#listener?.close();
    this.#listener = null;
  }
}
