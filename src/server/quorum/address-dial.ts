/**
 * AddressDial: dials a server at its addresses, one after another, until one answers. A server of
 * several addresses has one for each network that leads to it; any of them will do.
 */

import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import { TcpDial, type TcpDialOptions } from '../../io/net/tcp-dial.ts';
import { describeElectionAddress } from '../../protocol/records/election.ts';

export type AddressDialOptions = Pick<
  TcpDialOptions,
  'keepAlive' | 'timeoutMs' | 'lookup' | 'secure'
> & {
  readonly addresses: readonly HostAndPort[];
};

/** Exactly one of the two is called, once and never before the constructor has returned. */
export interface AddressDialEvents {
  onConnected(connection: TcpConnection): void;
  /** Every address with the reason why not. */
  onFailed(reason: string): void;
}

export class AddressDial {
  readonly #options: AddressDialOptions;
  readonly #events: AddressDialEvents;
  readonly #reasons: string[] = [];
  #current: TcpDial | null = null;
  #isCancelled = false;

  constructor(options: AddressDialOptions, events: AddressDialEvents) {
    this.#options = options;
    this.#events = events;
    if (options.addresses.length > 0) this.#tryNext();
    else setImmediate(() => this.#tryNext());
  }

  /** Gives up; nobody is called any more. */
  cancel(): void {
    this.#isCancelled = true;
    this.#current?.cancel();
  }

  #tryNext(): void {
    if (this.#isCancelled) return;
    const { addresses, ...limits } = this.#options;
    const address = addresses[this.#reasons.length];
    if (address === undefined) {
      const reason = this.#reasons.join(', ');
      return this.#events.onFailed(reason === '' ? 'no address is known' : reason);
    }
    this.#current = new TcpDial(
      { ...limits, ...address },
      {
        onConnected: (tcp) => this.#events.onConnected(tcp),
        onFailed: (reason) => {
          this.#reasons.push(`${describeElectionAddress(address)} ${reason}`);
          this.#tryNext();
        },
      },
    );
  }
}
