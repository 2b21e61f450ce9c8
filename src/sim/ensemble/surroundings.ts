/** What all servers of one simulated ensemble share, and what they need of each other. */
import type { ServerId } from '../../base/server-id.ts';
import type { EnsembleConfig as Members } from '../../core/zab/members/ensemble-config.ts';
import type { QuorumLink } from '../../core/zab/quorum-link.ts';
import type { Decisions } from '../decisions/decisions.ts';
import type { EventQueue } from '../event-queue.ts';
import type { History } from '../history.ts';
import type { SimClock } from '../sim-clock.ts';
import type { Trace } from '../trace.ts';
import type { EpochChecker } from './checkers/epochs.ts';
import type { Timeline } from './checkers/syncs.ts';
import type { VoteChecker } from './checkers/votes.ts';
import type { EnsembleConfig } from './ensemble-config.ts';
import type { EnsembleHooks } from './ensemble-hooks.ts';
import type { EnsembleWatcher } from './ensemble-watcher.ts';
import type { ElectionNet } from './net/election-net.ts';
import type { DialTarget } from './net/quorum-dialer.ts';
import type { SimNetwork } from './net/sim-network.ts';
import type { SimPeer } from './sim-peer.ts';
import type { Witness } from './witness.ts';

export interface Surroundings {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly trace: Trace;
  readonly decisions: Decisions;
  readonly config: EnsembleConfig;
  readonly hooks: EnsembleHooks;
  readonly watcher: EnsembleWatcher;
  readonly history: History;
  readonly witness: Witness;
  readonly epochs: EpochChecker;
  readonly votes: VoteChecker;
  readonly timeline: Timeline;
  readonly network: SimNetwork;
  readonly members: Members;
  readonly peers: ReadonlyMap<ServerId, SimPeer>;
  readonly electionNet: ElectionNet;
  at(): number;
  count(name: string, by?: number): void;
  /** Connects a link of this server to a port of another. */
  dial(from: SimPeer, link: QuorumLink, to: DialTarget): void;
  /** The disk failed, or a clean stop has ended: the process is gone. */
  onPeerEnd(peer: SimPeer, reason: 'failed' | 'closed'): void;
  /** What it has is proven to be on its disk, and it votes with that. */
  onVoting(peer: SimPeer): void;
  /** The leader has committed up to here: is it where it must be? */
  onCommitted(peer: SimPeer, zxid: number): void;
  onLeading(peer: SimPeer, epoch: number): void;
  /** It goes by this configuration, which is committed. */
  onConfigActivated(peer: SimPeer, version: number): void;
  /** A quorum of the others has this entry on stable storage. */
  isSafeWithout(peer: SimPeer, zxid: number): boolean;
}
