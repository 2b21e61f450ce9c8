/** One socket, as the session shell needs it: dialled, written to, destroyed. */
import { TcpDial } from '../../io/net/tcp-dial.ts';
import type { Host } from '../machine/host-provider.ts';

export interface ConnectionHandlers {
  /** The bytes are good only until this returns. */
  onBytes(bytes: Uint8Array): void;
  onDrain(): void;
  onClose(): void;
}

export interface Connection {
  /** Several chunks may come in one turn of the program, between which no promise is read. */
  readonly sharesTurns?: boolean;
  start(handlers: ConnectionHandlers): void;
  /** True when the memory is the caller's again. */
  write(bytes: Uint8Array, length?: number): boolean;
  destroy(): void;
}

/** Exactly one of the two is called, once, unless the attempt is cancelled. */
export interface DialEvents {
  /** The receiver calls `start` on it before it returns. `host`: where it led, if elsewhere. */
  onConnected(connection: Connection, host?: Host): void;
  onFailed(reason: string): void;
}

export interface DialTarget extends Host {
  readonly timeoutMs: number;
}

/** One attempt, which can be given up. */
export type Dial = (target: DialTarget, events: DialEvents) => { cancel(): void };

/** Plain TCP. The name is looked up anew for each attempt. */
export const dialTcp: Dial = (target, events) =>
  new TcpDial({ ...target, keepAlive: true }, events);
