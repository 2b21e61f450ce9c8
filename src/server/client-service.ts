/**
 * ClientService: everything between clients and a server machine: the client ports, plain and of
 * TLS, with their limits and their four-letter words.
 */
import type { HostAndPort } from '../core/zab/members/ensemble-server.ts';
import type { TcpListenerOptions } from '../io/net/tcp-listener.ts';
import type { TlsAcceptor } from '../io/net/tls-acceptor.ts';
import { X509Provider } from './auth/x509-provider.ts';
import { ClientDoor } from './client-door.ts';
import { ClientPort } from './client-port.ts';
import type { ClientServer } from './client-server.ts';
import type { ServerConfig } from './config/server-config.ts';
import type { ConnectionGuard } from './connection-guard.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { FourLetterWords } from './four-letter-words/four-letter-words.ts';
import { ProcessFigures } from './four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from './four-letter-words/trace-words.ts';
import type { HandshakeFigures, WordContext } from './four-letter-words/word-context.ts';
import type { Logger } from './logging/logger.ts';
import type { ServerTls } from './tls/server-tls.ts';

/** A TLS handshake of a client may take so long; Java's Netty has the same. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** At a time, unless netty.server.outstandingHandshake.limit says otherwise. */
const HANDSHAKES_MAX = 1000;

export interface ClientServiceParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly server: ClientServer;
  readonly guard: ConnectionGuard;
  /** Where it listens, when something in between has the port that clients know. */
  readonly listenPort?: number | undefined;
  /** Absent: none. */
  readonly tls?: ServerTls | undefined;
  /** Reads the clocks, before anything is given to the server. */
  enter(): void;
  /** Sends and starts what the server has decided. */
  leave(): void;
}

export class ClientService {
  readonly #parts: ClientServiceParts;
  readonly #figures = new ProcessFigures();
  readonly #port: ClientPort;
  /** What four-letter words are answered from. */
  readonly words: WordContext;
  #plain: ClientDoor | null = null;
  #secure: ClientDoor | null = null;

  constructor(parts: ClientServiceParts) {
    const { config, logger, server, guard } = parts;
    this.#parts = parts;
    this.words = {
      config,
      server,
      figures: this.#figures,
      load: guard,
      handshakes: () => this.#countHandshakes(),
      traceMask: TRACE_MASK_DEFAULT,
    };
    this.#port = new ClientPort({
      server,
      words: new FourLetterWords(this.words),
      gate: guard,
      users: new X509Provider(config.access.x509SuperUser),
      logger,
      enter: () => parts.enter(),
      leave: () => parts.leave(),
    });
  }

  /** The client port, once it listens. */
  get port(): number {
    return this.#plain?.port ?? 0;
  }

  /** The one where only TLS is spoken, once it listens. */
  get securePort(): number {
    return this.#secure?.port ?? 0;
  }

  async listen(): Promise<void> {
    const { config, listenPort, logger } = this.#parts;
    const { clientPort, clientPortAddress: host } = config;
    if (clientPort !== null) {
      this.#plain = this.#createPlainDoor(listenPort ?? clientPort, host);
      await listenOn(this.#plain, host);
    }
    if (config.secureClientPort !== null) {
      const { secureClientPort: port, secureClientPortAddress: address } = config;
      this.#secure = this.#createDoor(port, address, this.#createAcceptor({ isUnified: false }));
      await listenOn(this.#secure, address);
      logger.info('clients that speak TLS are served', { port: this.securePort });
    }
    if (this.#plain === null && this.#secure === null) {
      logger.warn('no clientPort is configured: no client can connect');
    }
  }

  #createPlainDoor(port: number, host: string | null): ClientDoor {
    const isUnified = this.#parts.config.clientTls.portUnification;
    return this.#createDoor(port, host, isUnified ? this.#createAcceptor({ isUnified }) : null);
  }

  #createAcceptor(kind: { readonly isUnified: boolean }): TlsAcceptor {
    const { tls, config } = this.#parts;
    if (!tls?.clients) throw new Error('The TLS of the client port was not loaded.');
    const { outstandingHandshakeLimit: limit } = config.clientTls;
    return tls.clients.createAcceptor({
      ...kind,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      handshakesMax: limit > 0 ? limit : HANDSHAKES_MAX,
    });
  }

  /**
   * The configuration of the ensemble says where clients connect now. Whoever is connected stays;
   * the old port goes when the new one is there.
   */
  async move(to: HostAndPort, from: HostAndPort | null | undefined): Promise<void> {
    const door = this.#plain;
    if (this.#parts.listenPort !== undefined) return;
    const isHostKnown = from !== null && from !== undefined;
    const isSameHost = !isHostKnown || from.host === to.host;
    if (isSameHost && (from?.port === to.port || door?.port === to.port)) return;
    const { logger } = this.#parts;
    try {
      if (door === null) {
        this.#plain = this.#createPlainDoor(to.port, to.host);
        await this.#plain.listen();
      } else {
        await door.move(this.#listenerOptions(to.port, to.host));
      }
      logger.info('clients connect to another port', { address: to.host, port: to.port });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error('the port for clients cannot be moved', { port: to.port, reason });
    }
  }

  #listenerOptions(port: number, address: string | null): TcpListenerOptions {
    const { clientPortListenBacklog: backlog, load } = this.#parts.config;
    return { port, address, backlog, keepAlive: load.clientTcpKeepAlive };
  }

  #createDoor(port: number, address: string | null, tls: TlsAcceptor | null): ClientDoor {
    return new ClientDoor({
      options: this.#listenerOptions(port, address),
      tls,
      logger: this.#parts.logger,
      onConnection: (tcp) => this.#port.accept(tcp, tls),
    });
  }

  #countHandshakes(): HandshakeFigures {
    const acceptors = [this.#plain, this.#secure].flatMap((door) => door?.tls ?? []);
    return {
      outstanding: acceptors.reduce((sum, { handshakeCount }) => sum + handshakeCount, 0),
      exceeded: acceptors.reduce((sum, { exceededCount }) => sum + exceededCount, 0),
      failed: this.#port.failedHandshakes,
    };
  }

  /** Sends what the last steps have written. */
  flush(): void {
    const { server } = this.#parts;
    for (const connection of server.takeDirty()) {
      this.#port.flush(connection);
    }
    for (const connection of server.takeResumed()) this.#port.resume(connection);
  }

  /** To be called several times a second, between `enter` and `leave`. */
  tick(): void {
    for (const client of this.#parts.guard.takeSessionless()) {
      client.close('no session was opened in time');
    }
  }

  /** Takes no more connections and cuts off those there are. */
  close(): void {
    this.#figures.close();
    this.#plain?.close();
    this.#secure?.close();
    this.#port.close();
  }
}

async function listenOn(door: ClientDoor, address: string | null): Promise<void> {
  try {
    await door.listen();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot listen on ${address ?? '*'}:${door.port}: ${reason}`;
    throw new StartupError(message, ExitCode.unexpectedError, error);
  }
}
