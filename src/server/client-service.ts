/**
 * ClientService: everything between clients and a server machine: the client port with its limits
 * and its four-letter words.
 */
import type { HostAndPort } from '../core/zab/members/ensemble-server.ts';
import type { TcpListenerOptions } from '../io/net/tcp-listener.ts';
import { ClientPort } from './client-port.ts';
import type { ClientServer } from './client-server.ts';
import type { ServerConfig } from './config/server-config.ts';
import type { ConnectionGuard } from './connection-guard.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { FourLetterWords } from './four-letter-words/four-letter-words.ts';
import { ProcessFigures } from './four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from './four-letter-words/trace-words.ts';
import type { Logger } from './logging/logger.ts';

export interface ClientServiceParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly server: ClientServer;
  readonly guard: ConnectionGuard;
  /** Where it listens, when something in between has the port that clients know. */
  readonly listenPort?: number | undefined;
  /** Reads the clocks, before anything is given to the server. */
  enter(): void;
  /** Sends and starts what the server has decided. */
  leave(): void;
}

export class ClientService {
  readonly #parts: ClientServiceParts;
  readonly #figures = new ProcessFigures();
  #port: ClientPort | null = null;

  constructor(parts: ClientServiceParts) {
    this.#parts = parts;
  }

  /** The client port, once it listens. */
  get port(): number {
    return this.#port?.port ?? 0;
  }

  async listen(): Promise<void> {
    const { clientPortAddress } = this.#parts.config;
    const clientPort = this.#parts.listenPort ?? this.#parts.config.clientPort;
    if (clientPort === null) {
      this.#parts.logger.warn('no clientPort is configured: no client can connect');
      return;
    }
    const port = this.#createPort(clientPort, clientPortAddress);
    this.#port = port;
    try {
      await port.listen();
    } catch (error) {
      const where = `${clientPortAddress ?? '*'}:${clientPort}`;
      const reason = error instanceof Error ? error.message : String(error);
      const message = `cannot listen on ${where}: ${reason}`;
      throw new StartupError(message, ExitCode.unexpectedError, error);
    }
  }

  /**
   * The configuration of the ensemble says where clients connect now. Whoever is connected stays;
   * the old port goes when the new one is there.
   */
  async move(to: HostAndPort, from: HostAndPort | null | undefined): Promise<void> {
    const port = this.#port;
    if (this.#parts.listenPort !== undefined) return;
    const isHostKnown = from !== null && from !== undefined;
    const isSameHost = !isHostKnown || from.host === to.host;
    if (isSameHost && (from?.port === to.port || port?.port === to.port)) return;
    const { logger } = this.#parts;
    try {
      if (port === null) {
        this.#port = this.#createPort(to.port, to.host);
        await this.#port.listen();
      } else {
        await port.move(this.#listenerOptions(to.port, to.host));
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

  #createPort(port: number, address: string | null): ClientPort {
    const { logger, server, guard } = this.#parts;
    return new ClientPort(
      {
        server,
        words: this.#createWords(),
        gate: guard,
        logger,
        enter: () => this.#parts.enter(),
        leave: () => this.#parts.leave(),
      },
      this.#listenerOptions(port, address),
    );
  }

  #createWords(): FourLetterWords {
    const { config, server, guard } = this.#parts;
    return new FourLetterWords({
      config,
      server,
      figures: this.#figures,
      load: guard,
      traceMask: TRACE_MASK_DEFAULT,
    });
  }

  /** Sends what the last steps have written. */
  flush(): void {
    const { server } = this.#parts;
    for (const connection of server.takeDirty()) {
      if (this.#port === null) server.release(connection);
      else this.#port.flush(connection);
    }
    for (const connection of server.takeResumed()) this.#port?.resume(connection);
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
    this.#port?.close();
  }
}
