/**
 * QuorumListener: listens for other servers on all addresses of this one. A port that cannot be had
 * is tried again (`electionPortBindRetry`): after a restart the former process, or the network, may
 * be a moment late. A server that can be reached at one of its addresses goes on without the rest.
 */

import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import { TcpListener } from '../../io/net/tcp-listener.ts';
import type { TlsAcceptor } from '../../io/net/tls-acceptor.ts';
import { describeElectionAddress, isWildcardAddress } from '../../protocol/records/election.ts';
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
  /** Absent: no TLS is spoken. */
  readonly tls?: TlsAcceptor | undefined;
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
  #addresses: readonly HostAndPort[];
  /** By what they listen on. */
  readonly #listeners = new Map<string, TcpListener>();
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(parts: QuorumListenerParts) {
    this.#parts = parts;
    this.#addresses = parts.options.addresses;
  }

  /** The own addresses, as others are told them, with the ports that were got for 0. */
  get addresses(): readonly HostAndPort[] {
    if (this.#parts.options.listenPort !== undefined) return this.#addresses;
    return this.#addresses.map((address) => ({
      host: address.host,
      port: this.#listeners.get(this.#placeOf(address))?.port ?? address.port,
    }));
  }

  /** Where it listens: on the first of its addresses, if on several. 0 when nowhere. */
  get port(): number {
    const [first] = this.#listeners.values();
    return first?.port ?? 0;
  }

  #isAny({ host }: HostAndPort): boolean {
    return this.#parts.options.isOnAllAddresses || isWildcardAddress(host);
  }

  #placeOf(address: HostAndPort): string {
    const host = this.#isAny(address) ? '*' : address.host;
    return describeElectionAddress({ host, port: this.#parts.options.listenPort ?? address.port });
  }

  /** Resolves when it listens on one address at least and the others are decided. */
  async listen(): Promise<void> {
    const reasons = await this.#bindAll(this.#addresses);
    if (this.#isClosed || reasons.includes(null)) return;
    const message = `cannot listen on the ${this.#parts.options.name}: ${reasons.join(', ')}`;
    throw new StartupError(message, ExitCode.unableToBindQuorumPort);
  }

  #bindAll(addresses: readonly HostAndPort[]): Promise<(string | null)[]> {
    return Promise.all(addresses.map((address) => this.#bind(address)));
  }

  /**
   * The server has other addresses from now on. Connections stay. Where none of the new ones can be
   * had it goes on at the former: others may still know those.
   */
  async move(addresses: readonly HostAndPort[]): Promise<void> {
    this.#addresses = addresses;
    const places = new Set(addresses.map((address) => this.#placeOf(address)));
    const fresh = addresses.filter((address) => !this.#listeners.has(this.#placeOf(address)));
    if (fresh.length === 0) return this.#closeOthers(places);
    // A port that stays is taken as long as the former address has it.
    const ports = new Set(fresh.map(({ port }) => port));
    this.#closeOthers(places, ({ port }) => ports.has(port));
    const reasons = await this.#bindAll(fresh);
    if (this.#isClosed || addresses !== this.#addresses) return;
    if (places.size > reasons.filter((reason) => reason !== null).length) this.#closeOthers(places);
  }

  /** While a port is waited for, the server may have moved on, or ended. */
  #isWanted(address: HostAndPort): boolean {
    return !this.#isClosed && this.#addresses.includes(address);
  }

  #closeOthers(places: ReadonlySet<string>, isMeant = (_: TcpListener) => true): void {
    for (const [place, listener] of this.#listeners) {
      if (places.has(place) || !isMeant(listener)) continue;
      listener.close();
      this.#listeners.delete(place);
    }
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
      if (reason === null || !this.#isWanted(address)) return reason;
      logger.warn(`cannot listen on the ${name}`, { reason, tries, triesMax: bindTriesMax });
      if (bindTriesMax > 0 && tries >= bindTriesMax) return reason;
      await this.#pause(bindRetryMs);
      if (!this.#isWanted(address)) return 'not wanted any more';
    }
  }

  async #tryToBind(address: HostAndPort): Promise<string | null> {
    const { options, logger } = this.#parts;
    const { name, keepAlive, listenPort: port = address.port } = options;
    const isAny = this.#isAny(address);
    const listener = new TcpListener(
      { port, address: isAny ? null : address.host, backlog: -1, keepAlive },
      {
        onConnection: (tcp) => this.#accept(tcp),
        onError: (error) => logger.error(`accept failed on the ${name}`, { error }),
      },
    );
    try {
      await listener.listen();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `${describeElectionAddress(address)} ${reason}`;
    }
    if (!this.#isWanted(address)) {
      listener.close();
      return 'not wanted any more';
    }
    this.#listeners.set(this.#placeOf(address), listener);
    logger.info(`listening on the ${name}`, {
      address: describeElectionAddress({ host: isAny ? '*' : address.host, port: listener.port }),
    });
    return null;
  }

  #accept(tcp: TcpConnection): void {
    const { options, logger } = this.#parts;
    const { tls, name } = options;
    if (tls === undefined) return this.#parts.onConnection(tcp);
    const { address } = tcp;
    tls.accept(tcp, {
      onAccepted: (secured) => {
        // It may be closed since then.
        if (this.#isClosed) secured.destroy();
        else this.#parts.onConnection(secured);
      },
      onFailed: (reason) => logger.warn(`TLS handshake failed on the ${name}`, { address, reason }),
      onGone() {},
    });
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
