/** The options of the client, and the rules for them. Times are in milliseconds. */

import { describe } from './connect-string.ts';
import type { Data } from './data.ts';
import type { AuthInfo } from './machine/machine-options.ts';
import { type RetryPolicy, retryNever } from './retry-policy.ts';
import type { Dial } from './session/connection.ts';
import type { SrvRecord } from './session/srv-dial.ts';
import type { TlsOptions } from './session/tls-dial.ts';
import { badArguments } from './zookeeper-error.ts';

/** Where the client says what happens to it. Those of pino and of `zooid/server` fit. */
export interface ClientLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Clock, chance and network, for tests. */
export interface ClientDeps {
  /** Monotonic. */
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly dial: Dial;
  /** For connect strings that begin with `srv:`. */
  readonly resolveSrv: (name: string) => Promise<SrvRecord[]>;
}

export interface SaslOptions {
  readonly mechanism: 'DIGEST-MD5';
  readonly username: string;
  readonly password: string;
}

export interface AuthOption {
  readonly scheme: string;
  readonly auth: Data;
}

export interface ZooKeeperOptions {
  /** What is asked of the server, which keeps it within its own bounds. 30,000 by default. */
  readonly sessionTimeoutMs?: number;
  /** For one attempt to connect: name, TCP, TLS and handshake. 10,000 by default. */
  readonly connectionTimeoutMs?: number;
  /** Takes up a session that another client object had. */
  readonly session?: { readonly id: bigint; readonly password: Uint8Array };
  /** Takes a server that is cut off from its quorum while none other is to be had. */
  readonly readOnly?: boolean;
  /** `renew` goes on with a new session: see the state `expired`. `stop` by default. */
  readonly onExpired?: 'stop' | 'renew';
  readonly auth?: readonly AuthOption[];
  /** For all operations that have none of their own. `retryNever` by default. */
  readonly retry?: RetryPolicy;
  /** For all operations that have no `timeoutMs` of their own. None by default. */
  readonly requestTimeoutMs?: number;
  /** Requests sent and not answered; more wait here. 1000 by default. */
  readonly inFlightMax?: number;
  /** The largest request (jute.maxbuffer). 1 MiB - 1 by default, as of servers. */
  readonly frameBytesMax?: number;
  /** The connection is encrypted (the server's secureClientPort). */
  readonly tls?: TlsOptions;
  /** Proves who this is on each connection, before anything else is sent. */
  readonly sasl?: SaslOptions;
  readonly logger?: ClientLogger;
  /** False tries the servers in the order of the connect string. */
  readonly shuffleHosts?: boolean;
  /** The pause between rounds of attempts: 100, doubled each time, up to 5,000 by default. */
  readonly reconnect?: { readonly baseMs?: number; readonly maxMs?: number };
  readonly deps?: Partial<ClientDeps>;
}

/** As options are given to the machine and the shell, with everything filled in. */
export interface CheckedOptions {
  readonly sessionTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly sessionId: bigint;
  readonly password: Uint8Array;
  readonly canBeReadOnly: boolean;
  readonly isRenewing: boolean;
  readonly auths: readonly AuthInfo[];
  readonly retry: RetryPolicy;
  readonly requestTimeoutMs: number | undefined;
  readonly inFlightMax: number;
  readonly frameBytesMax: number;
  readonly isShuffled: boolean;
  readonly reconnect: { readonly baseMs: number; readonly maxMs: number };
  readonly sasl: SaslOptions | null;
}

/** What is asked of servers by default. */
export const SESSION_TIMEOUT_MS = 30_000;
export const CONNECTION_TIMEOUT_MS = 10_000;

const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const PASSWORD_BYTES = 16;
const SESSION_ID_MAX = 2n ** 63n;

export function checkOptions(options: ZooKeeperOptions): CheckedOptions {
  const { session, onExpired = 'stop', reconnect = {} } = options;
  if (onExpired !== 'stop' && onExpired !== 'renew') {
    throw badArguments('connect', `onExpired is stop or renew, not ${describe(onExpired)}`);
  }
  return {
    sessionTimeoutMs: whole('sessionTimeoutMs', options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS),
    connectionTimeoutMs: whole(
      'connectionTimeoutMs',
      options.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS,
    ),
    sessionId: sessionIdOf(session),
    password: passwordOf(session),
    canBeReadOnly: options.readOnly === true,
    isRenewing: onExpired === 'renew',
    auths: (options.auth ?? []).map(authInfoOf),
    retry: options.retry ?? retryNever,
    requestTimeoutMs:
      options.requestTimeoutMs === undefined
        ? undefined
        : whole('requestTimeoutMs', options.requestTimeoutMs),
    inFlightMax: whole('inFlightMax', options.inFlightMax ?? 1000),
    frameBytesMax: whole('frameBytesMax', options.frameBytesMax ?? 0xfffff),
    isShuffled: options.shuffleHosts !== false,
    reconnect: {
      baseMs: whole('reconnect.baseMs', reconnect.baseMs ?? 100),
      maxMs: whole('reconnect.maxMs', reconnect.maxMs ?? 5000),
    },
    sasl: saslOf(options.sasl),
  };
}

function whole(name: string, value: unknown): number {
  const isGood = Number.isInteger(value) && (value as number) >= 1;
  if (isGood && (value as number) <= TIMEOUT_MS_MAX) return value as number;
  throw badArguments('connect', `${name} is a whole number above 0, not ${describe(value)}`);
}

function sessionIdOf(session: ZooKeeperOptions['session']): bigint {
  if (session === undefined) return 0n;
  const { id } = session;
  if (typeof id === 'bigint' && id >= -SESSION_ID_MAX && id < SESSION_ID_MAX) return id;
  throw badArguments('connect', `session.id is a bigint of 64 bits, not ${describe(id)}`);
}

function passwordOf(session: ZooKeeperOptions['session']): Uint8Array {
  if (session === undefined) return new Uint8Array(PASSWORD_BYTES);
  const { password } = session;
  if (password instanceof Uint8Array && password.length === PASSWORD_BYTES) {
    return Uint8Array.from(password);
  }
  throw badArguments('connect', `session.password is ${PASSWORD_BYTES} bytes`);
}

function saslOf(sasl: SaslOptions | undefined): SaslOptions | null {
  if (sasl === undefined) return null;
  const { mechanism, username, password } = sasl;
  if (mechanism !== 'DIGEST-MD5') {
    throw badArguments('connect', `sasl.mechanism is DIGEST-MD5, not ${describe(mechanism)}`);
  }
  if (typeof username !== 'string' || username === '' || typeof password !== 'string') {
    throw badArguments('connect', 'sasl.username and sasl.password are strings');
  }
  return sasl;
}

/** The auth's text is a secret and stays out of the message. */
export function authInfoOf({ scheme, auth }: AuthOption): AuthInfo {
  if (typeof scheme !== 'string' || scheme === '') {
    throw badArguments('addAuth', `a scheme is a name such as digest, not ${describe(scheme)}`);
  }
  if (typeof auth === 'string') return { scheme, auth: new TextEncoder().encode(auth) };
  if (auth instanceof Uint8Array) return { scheme, auth: Uint8Array.from(auth) };
  throw badArguments('addAuth', `the auth of ${scheme} is a string or bytes`);
}
