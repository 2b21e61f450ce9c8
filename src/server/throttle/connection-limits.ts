/**
 * ConnectionLimits: how many connections there may be, in all (`maxCnxns`) and from one address
 * (`maxClientCnxns`). Counted when a connection is accepted, before it has said anything.
 */
import type { Gate } from '../client-port.ts';

export interface ConnectionLimitOptions {
  /** 0: no limit. */
  readonly maxCnxns: number;
  /** From one address; 0: no limit. */
  readonly maxClientCnxns: number;
}

export class ConnectionLimits implements Pick<Gate, 'admit' | 'leave'> {
  readonly #options: ConnectionLimitOptions;
  readonly #countByAddress = new Map<string, number>();
  #count = 0;

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Null, and the connection counts until `leave`; or why it is refused, and nothing counts. */
  admit(address: string): string | null {
    const { maxCnxns, maxClientCnxns } = this.#options;
    if (maxCnxns > 0 && this.#count >= maxCnxns) {
      return `There are ${this.#count} connections; maxCnxns is ${maxCnxns}.`;
    }
    const own = this.#countByAddress.get(address) ?? 0;
    if (maxClientCnxns > 0 && own >= maxClientCnxns) {
      return `There are ${own} connections from this address; maxClientCnxns is ${maxClientCnxns}.`;
    }
    this.#count++;
    this.#countByAddress.set(address, own + 1);
    return null;
  }

  /** Of an admitted connection, once. */
  leave(address: string): void {
    const own = this.#countByAddress.get(address) ?? 0;
    if (own === 0) throw new Error(`No connection from ${address} was admitted.`);
    this.#count--;
    if (own === 1) this.#countByAddress.delete(address);
    else this.#countByAddress.set(address, own - 1);
  }
}
