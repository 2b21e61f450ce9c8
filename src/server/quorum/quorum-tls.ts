/**
 * How the servers of an ensemble speak TLS with each other (`sslQuorum`, `portUnification`): on the
 * election port, the quorum port and the observer master port alike. An ensemble gets there, or back,
 * one server after another: first all take both and dial as before, then all dial by TLS, then all
 * take nothing else.
 */
import type { SecureSocket } from '../../io/net/tcp-dial.ts';
import type { TlsAcceptor } from '../../io/net/tls-acceptor.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { TlsContext } from '../tls/tls-context.ts';

/** The same as that of clients. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** More cannot all be members of the ensemble. */
const HANDSHAKES_MAX = 256;

export interface QuorumTls {
  /** Of those who connect; absent: they speak plainly. */
  readonly tls?: TlsAcceptor;
  /** For dialling; absent: plainly. */
  readonly secure?: SecureSocket;
}

export interface QuorumTlsParts {
  readonly config: ServerConfig;
  /** Null when the configuration asks for none. */
  readonly context: TlsContext | null;
  /** By which the members are known. */
  hosts(): Iterable<string>;
}

export function quorumTls({ config, context, hosts }: QuorumTlsParts): QuorumTls {
  const { sslQuorum, sslQuorumPortUnification: isUnified } = config.quorum;
  if (!sslQuorum && !isUnified) return {};
  if (context === null) throw new Error('The TLS between servers was not loaded.');
  const tls = context.createAcceptor({
    isUnified,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    handshakesMax: HANDSHAKES_MAX,
    isOldestDropped: true,
    hosts,
  });
  return { tls, ...(sslQuorum && { secure: context.dial }) };
}
