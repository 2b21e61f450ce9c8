/**
 * ClientDoor: a port where clients come in. It can be moved: whoever is in stays in.
 */
import type { TcpConnection } from '../io/net/tcp-connection.ts';
import { TcpListener, type TcpListenerOptions } from '../io/net/tcp-listener.ts';
import type { TlsAcceptor } from '../io/net/tls-acceptor.ts';
import type { Logger } from './logging/logger.ts';

export interface ClientDoorParts {
  readonly options: TcpListenerOptions;
  /** Null where no TLS is spoken. */
  readonly tls: TlsAcceptor | null;
  readonly logger: Logger;
  onConnection(tcp: TcpConnection): void;
}

export class ClientDoor {
  readonly #parts: ClientDoorParts;
  #options: TcpListenerOptions;
  #listener: TcpListener;

  constructor(parts: ClientDoorParts) {
    this.#parts = parts;
    this.#options = parts.options;
    this.#listener = this.#createListener(parts.options);
  }

  #createListener(options: TcpListenerOptions): TcpListener {
    const { logger } = this.#parts;
    return new TcpListener(options, {
      onConnection: (tcp) => this.#parts.onConnection(tcp),
      onError: (error) => logger.error('accept failed', { error }),
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  get tls(): TlsAcceptor | null {
    return this.#parts.tls;
  }

  listen(): Promise<void> {
    return this.#listener.listen();
  }

  /** Listens elsewhere from now on, for those who come. Rejects, and stays, if it cannot. */
  async move(options: TcpListenerOptions): Promise<void> {
    const listener = this.#createListener(options);
    const former = { ...this.#options, port: this.port };
    const isSamePort = options.port === this.port;
    // The port is taken as long as it listens at another address.
    if (isSamePort) this.#listener.close();
    try {
      await listener.listen();
    } catch (error) {
      if (!isSamePort) throw error;
      this.#listener = this.#createListener(former);
      await this.#listener.listen();
      throw error;
    }
    this.#listener.close();
    this.#listener = listener;
    this.#options = options;
  }

  /** Takes no more connections. */
  close(): void {
    this.#listener.close();
    this.#parts.tls?.close();
  }
}
