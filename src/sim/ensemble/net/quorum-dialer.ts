/** QuorumDialer: how a server gets a connection to a port of another, or does not. */
import type { Prng } from '../../../base/prng.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { QuorumLink } from '../../../core/zab/quorum-link.ts';
import { newLinkFacts } from '../checkers/promises.ts';
import type { SimPeer } from '../sim-peer.ts';
import type { SimNetwork } from './sim-network.ts';
import { SimStream } from './sim-stream.ts';

export interface QuorumDialerParts {
  readonly network: SimNetwork;
  readonly prng: Prng;
  readonly windowBytes: number;
  peerOf(sid: ServerId): SimPeer | undefined;
}

/** Its quorum port, or the one for observers. */
export interface DialTarget {
  readonly sid: ServerId;
  readonly isObserverMaster: boolean;
}

export class QuorumDialer {
  /** Of all dials. */
  refusalRate = 0;
  readonly #parts: QuorumDialerParts;

  constructor(parts: QuorumDialerParts) {
    this.#parts = parts;
  }

  dial(from: SimPeer, link: QuorumLink, to: DialTarget): void {
    const { network } = this.#parts;
    const { life } = from;
    const ifAlive = (action: () => void) => () => {
      if (from.life === life && from.isListening) action();
    };
    const delayUs = network.delayUs(from.sid, to.sid);
    network.after(
      delayUs,
      'dial',
      ifAlive(() => this.#arrive(from, link, { to, ifAlive })),
    );
  }

  #arrive(
    from: SimPeer,
    link: QuorumLink,
    {
      to: { sid: to, isObserverMaster },
      ifAlive,
    }: { to: DialTarget; ifAlive: (action: () => void) => () => void },
  ): void {
    const { network, prng, windowBytes } = this.#parts;
    const target = this.#parts.peerOf(to);
    const refuse = ifAlive(() => from.links.refuse(link));
    const isRefused = prng.chance(this.refusalRate);
    if (!network.isOpenBothWays(from.sid, to)) {
      return network.after(prng.pick([300_000, 2_000_000]), 'dial times out', refuse);
    }
    if (isRefused || target === undefined || !target.isListening) {
      return network.after(network.delayUs(to, from.sid), 'dial refused', refuse);
    }
    const facts = newLinkFacts();
    const stream: SimStream = new SimStream(network, [from.sid, to], {
      ends: [from.links.endOf(() => link), target.links.acceptedEnd(() => stream)],
      windowBytes,
    });
    const wire = { stream, side: 1 as const, facts };
    target.links.accept(from.sid, wire, isObserverMaster);
    if (!from.links.open(link, { stream, side: 0, facts })) stream.close(0);
  }
}
