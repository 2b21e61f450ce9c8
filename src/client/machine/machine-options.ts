/** What a session machine is given, and what it asks for. */
import type { Prng } from '../../base/prng.ts';
import type { Host } from './host-provider.ts';
import type { Failure, MachineRequest } from './operation.ts';
import type { WatchEvent, WatchListener } from './watch-event.ts';

/**
 * `connecting` and `associating` (the session is being asked for) until a session is connected for
 * the first time; from a lost connection to the next one that holds `disconnected`. The last three
 * are final, but for `expired` where the client renews.
 */
export type State =
  | 'connecting'
  | 'associating'
  | 'connected'
  | 'connectedReadOnly'
  | 'disconnected'
  | 'expired'
  | 'authFailed'
  | 'closed';

export interface StateChange {
  readonly state: State;
  readonly previous: State;
  /** 0 while there is none. */
  readonly sessionId: bigint;
  /** Why, for people. */
  readonly reason?: string;
}

export interface AuthInfo {
  readonly scheme: string;
  readonly auth: Uint8Array;
}

/**
 * The client's side of a SASL exchange. `start` begins one anew and gives the first token, `next`
 * answers a challenge; null when nothing more is to be said. Throws when the server does not prove
 * itself.
 */
export interface SaslExchange {
  start(): Uint8Array;
  next(challenge: Uint8Array): Uint8Array | null;
}

export interface MachineOptions {
  readonly hosts: readonly Host[];
  readonly isShuffled: boolean;
  readonly sessionTimeoutMs: number;
  /** For one attempt: connecting and the handshake. */
  readonly connectionTimeoutMs: number;
  readonly reconnect: { readonly baseMs: number; readonly maxMs: number };
  /** 0 and no bytes for a new session. */
  readonly sessionId: bigint;
  readonly password: Uint8Array;
  readonly canBeReadOnly: boolean;
  readonly isRenewing: boolean;
  readonly inFlightMax: number;
  /** The largest request, without its length prefix. */
  readonly frameBytesMax: number;
  readonly auths: readonly AuthInfo[];
  readonly sasl: SaslExchange | null;
  readonly prng: Prng;
}

/** What the machine asks of its driver, at once and in this order. None may be refused. */
export interface MachineEffects<R extends MachineRequest> {
  /** Ends in `opened`, or in `lost`. */
  dial(host: Host): void;
  /** `output` gets bytes; the driver sets the clock, and takes them before it waits for anything. */
  send(): void;
  /** Ends the connection or the attempt. Nothing more comes from it, no `lost` either. */
  hangUp(): void;
  /** Asks a server by `isro` whether it takes writes; ends in `probed`. */
  probe(host: Host): void;
  /** A good answer. Its value is the request's to know. */
  succeed(request: R, value: unknown): void;
  fail(request: R, failure: Failure): void;
  onState(change: StateChange): void;
  onWatch(listeners: Iterable<WatchListener>, event: WatchEvent): void;
  /** An auth packet was answered, or cannot be any more. */
  onAuth(auth: AuthInfo, failure: Failure | null): void;
}
