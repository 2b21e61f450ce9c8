/**
 * TLS: what is given goes to `node:tls` as it is, so that PEM files (`ca`, `cert`, `key`) and
 * PKCS12 (`pfx`, `passphrase`) serve alike. Java's own key stores are to be converted.
 */
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { ZooKeeperError } from '../zookeeper-error.ts';
import type { Connection, ConnectionHandlers, Dial } from './connection.ts';

export type TlsOptions = Pick<
  ConnectionOptions,
  | 'ca'
  | 'cert'
  | 'key'
  | 'pfx'
  | 'passphrase'
  | 'servername'
  | 'rejectUnauthorized'
  | 'checkServerIdentity'
  | 'minVersion'
  | 'maxVersion'
  | 'ciphers'
  | 'secureContext'
>;

class TlsConnection implements Connection {
  readonly sharesTurns = true;
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  start(handlers: ConnectionHandlers): void {
    this.#socket.on('data', (bytes) => handlers.onBytes(bytes));
    this.#socket.on('close', () => handlers.onClose());
  }

  /** Encryption keeps the bytes for longer than this call. */
  write(bytes: Uint8Array, length = bytes.length): boolean {
    this.#socket.write(bytes.subarray(0, length));
    return false;
  }

  destroy(): void {
    // What was written last, as the end of the session, still leaves.
    if (this.#socket.writableLength > 0) this.#socket.destroySoon();
    else this.#socket.destroy();
  }
}

/**
 * Verifies the server's certificate and name unless the options say otherwise. Throws BadArguments
 * for keys and certificates that cannot be read.
 */
export function dialTls(given: TlsOptions): Dial {
  const options = { ...given, secureContext: given.secureContext ?? secureContextOf(given) };
  return ({ host, port }, events) => {
    let isOver = false;
    const socket = connect({ ...options, host, port });
    socket.setNoDelay(true);
    const fail = (error: Error) => {
      if (!isOver) {
        isOver = true;
        events.onFailed(error.message);
      }
      socket.destroy();
    };
    socket.on('error', fail);
    socket.once('close', () => fail(new Error('closed in the TLS handshake')));
    socket.once('secureConnect', () => {
      if (isOver) return;
      isOver = true;
      events.onConnected(new TlsConnection(socket));
    });
    return {
      cancel() {
        isOver = true;
        socket.destroy();
      },
    };
  };
}

function secureContextOf(options: TlsOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const reason = `tls: ${error instanceof Error ? error.message : String(error)}`;
    const facts = { code: 'BadArguments', operation: 'connect', outcome: 'notSent' } as const;
    throw new ZooKeeperError({ ...facts, reason, cause: error });
  }
}
