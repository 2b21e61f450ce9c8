/**
 * PeerLinks: one life's connections to other servers: those that it dials to its leader and those
 * that learners make to it. What leaves is listened to on its way out.
 */
import type { ServerId } from '../../base/server-id.ts';
import type { QuorumPeer } from '../../core/quorum-peer.ts';
import type { QuorumLink } from '../../core/zab/quorum-link.ts';
import type { LinkFacts } from './checkers/promises.ts';
import { describePacket, PacketTap, type TappedPacket } from './net/packet-tap.ts';
import type { Side, SimStream, StreamEnd } from './net/sim-stream.ts';

export interface PeerLinksParts {
  readonly sid: ServerId;
  trace(text: string): void;
  step(label: string, action: (peer: QuorumPeer) => void): void;
  /** A packet leaves on a connection of which this is known. */
  onSending(packet: TappedPacket, facts: LinkFacts): void;
  /** For whoever watches: also what follows a snapshot. */
  onSent?: ((to: ServerId, packet: TappedPacket) => void) | undefined;
  onReceived(packet: TappedPacket, facts: LinkFacts): void;
}

/** A connection and what was said on it. */
export interface Wire {
  readonly stream: SimStream;
  readonly side: Side;
  readonly facts: LinkFacts;
}

interface LinkState {
  readonly other: ServerId;
  wire: Wire | null;
  out: PacketTap | null;
  watched: PacketTap | null;
  in: PacketTap | null;
}

export class PeerLinks {
  readonly #parts: PeerLinksParts;
  readonly #states = new Map<QuorumLink, LinkState>();

  constructor(parts: PeerLinksParts) {
    this.#parts = parts;
  }

  get streams(): readonly SimStream[] {
    return [...this.#states.values()].flatMap(({ wire }) => wire?.stream ?? []);
  }

  /** The link is being dialled. */
  expect(link: QuorumLink, other: ServerId): void {
    if (link.isClosing) return;
    this.#states.set(link, { other, wire: null, out: null, watched: null, in: null });
  }

  /** False when nobody waits for it any more. */
  open(link: QuorumLink, wire: Wire): boolean {
    const state = this.#states.get(link);
    if (state === undefined) return false;
    this.#attach(state, wire);
    this.#parts.step(`link ${link.id} opened`, (peer) => peer.linkOpened(link));
    return true;
  }

  refuse(link: QuorumLink): void {
    if (!this.#states.delete(link)) return;
    this.#parts.step(`link ${link.id} refused`, (peer) => peer.linkClosed(link));
  }

  /** Somebody has connected to the quorum port, or the one for observers. */
  accept(other: ServerId, wire: Wire, isObserver = false): void {
    this.#parts.step(`link from ${other}`, (peer) => {
      if (!wire.stream.isOpen(wire.side)) return;
      const remote = { address: `10.1.0.${other}`, port: 1000 };
      const link = isObserver ? peer.acceptObserver(remote) : peer.acceptLink(remote);
      const state: LinkState = { other, wire: null, out: null, watched: null, in: null };
      this.#states.set(link, state);
      this.#attach(state, wire);
      this.#linkOf.set(wire.stream, link);
    });
  }

  /** By the connection, for those that are accepted: the other end knows no link of ours. */
  readonly #linkOf = new Map<SimStream, QuorumLink>();

  endOf(link: () => QuorumLink | undefined): StreamEnd {
    const withLink = (label: string, action: (peer: QuorumPeer, link: QuorumLink) => void) => {
      this.#parts.step(label, (peer) => {
        const known = link();
        if (known !== undefined && this.#states.has(known)) action(peer, known);
      });
    };
    return {
      onBytes: (bytes) =>
        withLink('link bytes', (peer, known) => {
          this.#states.get(known)?.in?.push(bytes.slice());
          peer.receiveLink(known, bytes);
          // A real driver reads into the same buffer again at once.
          bytes.fill(0xa5);
        }),
      onDrained: () =>
        withLink('link drained', (peer, known) => {
          known.isCongested = false;
          peer.linkDrained(known);
        }),
      onEnd: () =>
        withLink('link end', (peer, known) => {
          this.#states.delete(known);
          peer.linkClosed(known);
        }),
    };
  }

  /** The other end of a connection that is accepted. */
  acceptedEnd(stream: () => SimStream): StreamEnd {
    return this.endOf(() => this.#linkOf.get(stream()));
  }

  leave(peer: QuorumPeer): void {
    for (const link of peer.takeDirtyLinks()) this.#flush(link);
  }

  /** The process is gone. */
  abandonAll(isSilent: boolean): void {
    for (const { wire } of this.#states.values()) wire?.stream.abandon(wire.side, isSilent);
    this.#states.clear();
    this.#linkOf.clear();
  }

  #attach(state: LinkState, wire: Wire): void {
    const { other } = state;
    state.wire = wire;
    state.out = new PacketTap((packet) => {
      this.#parts.trace(`to ${other} ${describePacket(packet)}`);
      this.#parts.onSending(packet, wire.facts);
    });
    const { onSent } = this.#parts;
    if (onSent !== undefined) state.watched = new PacketTap((each) => onSent(other, each), true);
    state.in = new PacketTap((packet) => this.#parts.onReceived(packet, wire.facts));
  }

  #flush(link: QuorumLink): void {
    const state = this.#states.get(link);
    const bytes = link.output.slice();
    link.release(true);
    if (state === undefined) return;
    const { wire, out, watched } = state;
    if (wire !== null && bytes.length > 0) {
      watched?.push(bytes.slice());
      out?.push(bytes.slice());
      wire.stream.send(wire.side, bytes);
      link.isCongested = wire.stream.isCongested(wire.side);
    }
    if (link.closeReason === null) {
      wire?.stream.setReading(wire.side, !link.isPaused);
      return;
    }
    this.#parts.trace(`link to ${state.other} ends: ${link.closeReason} ${link.closeDetail}`);
    wire?.stream.close(wire.side);
    this.#states.delete(link);
  }
}
