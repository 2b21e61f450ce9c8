/** Whoever wants to see what the members of an ensemble say to each other, as it leaves them. */
import type { ServerId } from '../../base/server-id.ts';
import type { PeerEvent } from '../../core/peer-role.ts';
import type { TappedPacket } from './net/packet-tap.ts';

export interface Way {
  readonly from: ServerId;
  readonly to: ServerId;
}

export interface EnsembleWatcher {
  onVote?(way: Way, bytes: Uint8Array): void;
  onPacket?(way: Way, packet: TappedPacket): void;
  onEvent?(sid: ServerId, event: PeerEvent): void;
}
