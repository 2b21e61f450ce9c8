/**
 * SessionWatch: how long a leader has not heard of each session, by its own clock: what E4 and E5
 * are judged by. A session is heard of through the leader's own clients, and through what learners
 * tell: their pings, and who takes a session up.
 */

import { LeadingRole } from '../../core/leading-role.ts';
import type { PeerMode } from '../../core/peer-role.ts';
import type { QuorumPeer } from '../../core/quorum-peer.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import {
  ForwardedRequest,
  QuorumPacketType,
  readTouchedSessions,
} from '../../protocol/records/quorum.ts';
import type { History } from '../history.ts';
import type { TappedPacket } from './net/packet-tap.ts';
import type { PeerClock } from './peer-clock.ts';

export class SessionWatch {
  readonly #clock: PeerClock;
  readonly #history: History;
  readonly #heard = new Map<bigint, number>();
  #isLeading = false;
  /** A local session of the leader is none that a learner can have heard of. */
  #isOwn: (session: bigint) => boolean = () => false;

  constructor(clock: PeerClock, history: History) {
    this.#clock = clock;
    this.#history = history;
  }

  /** A new leader gives every session its whole time. */
  onServing(peer: QuorumPeer, mode: PeerMode): void {
    this.#heard.clear();
    this.#isLeading = mode === 'leader';
    if (!this.#isLeading || !(peer.role instanceof LeadingRole)) return;
    const atMs = this.#clock.monotonicMs;
    for (const [id] of peer.history.database.sessionsWithTimeouts) this.#heard.set(id, atMs);
    const { sessions } = peer.role;
    this.#isOwn = (session) => sessions?.get(session)?.isLocal === true;
    const writes = peer.role.processor?.writes;
    if (writes === undefined) return;
    const expire = writes.expire.bind(writes);
    writes.expire = (session) => {
      const silentMs = this.#clock.monotonicMs - (this.#heard.get(session.id) ?? 0);
      this.#history.expiries.push({
        sessionId: session.id,
        nowUs: this.#clock.nowUs,
        silentUs: Math.round(silentMs * 1000),
        timeoutMs: session.timeoutMs,
      });
      expire(session);
    };
  }

  onHeard(session: bigint): void {
    if (!this.#isLeading) return;
    this.#heard.set(session, this.#clock.monotonicMs);
  }

  onShown(session: bigint): void {
    if (!this.#heard.has(session)) this.onHeard(session);
  }

  onPacket({ type, data }: TappedPacket): void {
    if (!this.#isLeading || data === null) return;
    if (type === QuorumPacketType.PING) {
      for (const [session] of readTouchedSessions(new BinaryReader(data))) this.onHeard(session);
    } else if (type === QuorumPacketType.REVALIDATE) {
      this.#onHeardElsewhere(new BinaryReader(data).long());
    } else if (type === QuorumPacketType.REQUEST) {
      // A sync is answered without a look at its session.
      const request = ForwardedRequest.read(new BinaryReader(data));
      if (request.type !== OpCode.sync) this.#onHeardElsewhere(request.sessionId);
    }
  }

  #onHeardElsewhere(session: bigint): void {
    if (!this.#isOwn(session)) this.onHeard(session);
  }
}
