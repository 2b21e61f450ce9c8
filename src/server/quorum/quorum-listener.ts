/**
 * QuorumListener: listens for other servers on all addresses of this one. A port that cannot be had
 * is tried again (`electionPortBindRetry`): after a restart the former process, or the network, may
 * be a moment late. A server that can be reached at one of its addresses goes on without the rest.
 */
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import { TcpListener } from '../../io/net/tcp-listener.ts';
import { describeElectionAddress, isWildcardAddress } from '../../protocol/records/election.ts';
import type { HostAndPort } from '../config/server-specification.ts';
import { ExitCode, StartupError } from '../exit-code.ts';
import type { Logger } from '../logging/logger.ts';

const BIND_RETRY_MS = 1000;

/** What the configuration says of listening for other servers, on whichever port. */
export interface ListenOptions {
  /** The own addresses for that port. */
  readonly addresses: readonly HostAndPort[];
  /** Where it listens instead, when something in between has the ports that others are told. */
  readonly listenPort?: number | undefined;
  /** On all addresses of the machine, whatever is listed (quorumListenOnAllIPs). */
  readonly isOnAllAddresses: boolean;
  readonly keepAlive: boolean;
  /** 0: without end. */
  readonly bindTriesMax: number;
  /** Absent: a second. */
  readonly bindRetryMs?: number;
}

export interface QuorumListenerOptions extends ListenOptions {
  /** For the log: `election port` or `quorum port`. */
  readonly name: string;
}

export interface QuorumListenerParts {
  readonly options: QuorumListenerOptions;
  readonly logger: Logger;
  onConnection(connection: TcpConnection): void;
}

export class QuorumListener {
  readonly #parts: QuorumListenerParts;
  readonly #listeners = new Map<HostAndPort, TcpListener>();
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(parts: QuorumListenerParts) {
    this.#parts = parts;
  }

  /** The own addresses, as others are told them, with the ports that were got for 0. */
  get addresses(): readonly HostAndPort[] {
    const { addresses, listenPort } = this.#parts.options;
    if (listenPort !== undefined) return addresses;
    return addresses.map((address) => ({
      host: address.host,
      port: this.#listeners.get(address)?.port ?? address.port,
    }));
  }

  /** Where it listens: on the first of its addresses, if on several. 0 when nowhere. */
  get port(): number {
    const [first] = this.#listeners.values();
    return first?.port ?? 0;
  }

  /** Resolves when it listens on one address at least and the others are decided. */
  async listen(): Promise<void> {
    const { name, addresses } = this.#parts.options;
    const reasons = await Promise.all(addresses.map((address) => this.#bind(address)));
    if (this.#isClosed || reasons.includes(null)) return;
    const message = `cannot listen on the ${name}: ${reasons.join(', ')}`;
    throw new StartupError(message, ExitCode.unableToBindQuorumPort);
  }

  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners.values()) listener.close();
    for (const wake of this.#waiting) wake();
  }

  /** Null when it listens, else why not. */
  async #bind(address: HostAndPort): Promise<string | null> {
    const { options, logger } = this.#parts;
    const { name, bindTriesMax, bindRetryMs = BIND_RETRY_MS } = options;
    for (let tries = 1; ; tries++) {
      const reason = await this.#tryToBind(address);
      if (this.#isClosed || reason === null) return reason;
      logger.warn(`cannot listen on the ${name}`, { reason, tries, triesMax: bindTriesMax });
      if (bindTriesMax > 0 && tries >= bindTriesMax) return reason;
      await this.#pause(bindRetryMs);
      if (this.#isClosed) return 'closed';
    }
  }

  async #tryToBind(address: HostAndPort): Promise<string | null> {
    const { options, logger } = this.#parts;
    const { name, isOnAllAddresses, keepAlive, listenPort: port = address.port } = options;
    const isAny = isOnAllAddresses || isWildcardAddress(address.host);
    const listener = new TcpListener(
      { port, address: isAny ? null : address.host, backlog: -1, keepAlive },
      {
        onConnection: (tcp) => this.#parts.onConnection(tcp),
        onError: (error) => logger.error(`accept failed on the ${name}`, { error }),
      },
    );
    try {
      await listener.listen();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `${describeElectionAddress(address)} ${reason}`;
    }
    if (this.#isClosed) listener.close();
    this.#listeners.set(address, listener);
    logger.info(`listening on the ${name}`, {
      address: describeElectionAddress({ host: isAny ? '*' : address.host, port: listener.port }),
    });
    return null;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
}
