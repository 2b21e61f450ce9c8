/**
 * FastLeaderElection: how the servers agree on who leads (ZooKeeper's class of that name with its
 * WorkerReceiver, as a machine without threads).
 *
 * Who looks for a leader tells all voters its vote, takes over every better one and tells that;
 * when a quorum has cast the same vote in the same round, it is elected. Whoever comes later asks
 * and is told the outcome. The vote for oneself is counted here and not sent.
 *
 * With a quorum for a vote, Java waits another 200 ms for a better one. That wait is a matter of
 * choice, never of safety: any quorum contains a server with every committed txn, and its vote can
 * only have been replaced by a better one; the epoch is agreed upon later, in discovery. So the wait
 * ends at once when no better vote is to be expected: the proposed leader and every voter with
 * which there is an election connection have cast this very vote in this round. Members that wait,
 * as Java's do, have received or will receive the same votes and come to the same result; where
 * they do not, because a voter appeared just then, it is the race that there is in Java, too, if
 * that voter appears 200 ms later: whoever follows a server that does not lead gives up and looks
 * again, and whoever leads alone is told so by `isRevoked`.
 */
import { assert, present } from '../../../base/assert.ts';
import { NO_SERVER, type ServerId } from '../../../base/server-id.ts';
import type { Epoch, Zxid } from '../../../base/zxid.ts';
import { type Notification, ServerState } from '../../../protocol/records/election.ts';
import type { QuorumOracle } from '../members/quorum-oracle.ts';
import type { QuorumVerifier } from '../members/quorum-verifier.ts';
import { SyncedLearnerTracker } from './synced-learner-tracker.ts';
import { type Candidate, type CastVote, isBetterVote, isSameVote, type Vote } from './vote.ts';

export interface ElectionOptions {
  readonly myid: ServerId;
  /** ZooKeeper's LearnerType PARTICIPANT; observers look for a leader, too. */
  readonly isVoter: boolean;
  /** When to repeat the vote if nothing is decided: from min, doubling up to max. */
  readonly minNotificationIntervalMs: number;
  readonly maxNotificationIntervalMs: number;
  /** How long to wait for a better vote when one is to be expected. */
  readonly finalizeWaitMs: number;
  /** Of an ensemble of two: who may lead without the other. */
  readonly oracle?: QuorumOracle | null;
}

export interface ElectionResult {
  readonly state: 'leading' | 'following' | 'observing';
  readonly vote: Vote;
}

/** `version` is that of the notification's format. */
export type CountedNotification = Notification & { readonly version: number };

export interface NotificationToSend {
  readonly to: ServerId;
  readonly notification: Notification;
}

/**
 * What should not be: `ownSid`, another server runs with our myid; `unknownLeader`, a voter wants
 * a leader that is no voter here; `roundTooHigh`, a round that no election reaches.
 */
export interface ElectionAnomaly {
  readonly kind: 'ownSid' | 'unknownLeader' | 'roundTooHigh';
  readonly from: ServerId;
  /** How often since they were last taken, and the latest. */
  readonly count: number;
  readonly notification: Notification;
}

const STATES = {
  looking: ServerState.LOOKING,
  following: ServerState.FOLLOWING,
  leading: ServerState.LEADING,
  observing: ServerState.OBSERVING,
} as const;
/** Ours or another's when there is no database to trust (`zookeeper.db.autocreate=false`). */
const ZXID_OF_NO_DATABASE: Zxid = -1;
/**
 * Rounds are counted on from what others say: far from where numbers are no longer exact. Nobody
 * counts so far; where a stranger has said so, all rounds are this one, and elections go on by votes
 * alone, as they are cleared at the beginning of each.
 */
const ROUND_MAX = 2 ** 52;
/** Notifications that are kept between two elections, one of a sender (RECV_CAPACITY). */
const EARLY_MAX = 100;
const ASKERS_MAX = 1000;

export class FastLeaderElection {
  readonly #options: ElectionOptions;
  #verifier: QuorumVerifier;
  /** Of a reconfiguration that is not committed yet, or is as far as others know. */
  #lastSeen: QuorumVerifier | null = null;
  #isVoter: boolean;
  /**
   * A voter of the next configuration only. It proposes itself when nobody else has logged as much,
   * which may be needed to complete that configuration (in Java never, and then nobody is elected);
   * else those who do not know the next one yet would be asked to vote for a stranger.
   */
  #isReserve = false;
  /** Voters of the current and the next configuration, ascending. */
  #voters: readonly ServerId[] = [];

  #isElecting = false;
  #result: ElectionResult | null = null;
  #currentVote: Vote | null = null;
  /** Who elected with us, until the new epoch is established. */
  #supporters: SyncedLearnerTracker | null = null;
  #isRevoked = false;
  #logicalClock = 0;
  /** What we propose before anything is known of the others. */
  #own: Candidate = { leader: NO_SERVER, zxid: NO_SERVER, peerEpoch: NO_SERVER };
  #proposal: Candidate = this.#own;
  /** Votes of this round (recvset). */
  readonly #votes = new Map<ServerId, CastVote>();
  /** What voters who follow or lead say, whatever their round (outofelection). */
  readonly #established = new Map<ServerId, CastVote>();

  #intervalMs = 0;
  #repeatedAtMs = 0;
  /** Who could have answered had the time for it. */
  #hasRepeated = false;
  /** Set while there is a quorum for the proposal, but a better vote is to be expected. */
  #finalizeAtMs: number | null = null;

  readonly #connected = new Set<ServerId>();
  /** What came after the last role had ended and before the election began, newest last. */
  readonly #early = new Map<ServerId, CountedNotification>();
  /** Servers without a vote that asked during this election, and what they were told. */
  readonly #askers = new Map<ServerId, Candidate>();
  readonly #outbox = new Map<ServerId, Notification>();
  readonly #anomalies = new Map<string, ElectionAnomaly>();

  constructor(options: ElectionOptions, verifier: QuorumVerifier) {
    assert(options.minNotificationIntervalMs > 0, 'no interval between notifications');
    this.#options = options;
    this.#isVoter = options.isVoter;
    this.#verifier = verifier;
    this.#voters = votersOf([verifier]);
  }

  get state(): 'looking' | ElectionResult['state'] {
    return this.#result?.state ?? 'looking';
  }

  /** Set once decided, until the role ends. */
  get result(): ElectionResult | null {
    return this.#result;
  }

  /**
   * Those who elected have changed their minds before the new epoch was established: whoever leads
   * or follows by this result would wait in vain, for as long as initLimit (ZOOKEEPER-3109), and
   * does better to look again.
   */
  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  /** What others are told while we follow, lead or observe. */
  get currentVote(): Vote | null {
    return this.#currentVote;
  }

  get logicalClock(): number {
    return this.#logicalClock;
  }

  get proposal(): Vote {
    return { ...this.#proposal, electionEpoch: this.#logicalClock };
  }

  /** When `onTimer` is due. */
  get deadlineMs(): number | null {
    if (!this.#isElecting) return null;
    const repeatAtMs = this.#repeatedAtMs + this.#intervalMs;
    return Math.min(repeatAtMs, this.#finalizeAtMs ?? Number.POSITIVE_INFINITY);
  }

  /**
   * The role has ended, but how far our log reaches is not settled. What arrives from here on waits
   * for `lookForLeader`; nobody is told any more that we follow or lead.
   */
  leaveRole(): void {
    this.#isElecting = false;
    this.#finalizeAtMs = null;
    this.#result = null;
    this.#supporters = null;
    this.#isRevoked = false;
  }

  lookForLeader(nowMs: number, own: { readonly zxid: Zxid; readonly peerEpoch: Epoch }): void {
    this.leaveRole();
    this.#isElecting = true;
    this.#logicalClock = Math.min(this.#logicalClock + 1, ROUND_MAX);
    const { myid } = this.#options;
    const isCandidate = this.#isVoter && this.#verifier.voters.has(myid);
    this.#isReserve = this.#isVoter && !isCandidate && this.#voters.includes(myid);
    this.#own = {
      leader: isCandidate ? myid : NO_SERVER,
      zxid: this.#isVoter ? own.zxid : NO_SERVER,
      peerEpoch: this.#isVoter ? own.peerEpoch : NO_SERVER,
    };
    this.#votes.clear();
    this.#established.clear();
    this.#askers.clear();
    this.#intervalMs = this.#options.minNotificationIntervalMs;
    this.#repeatedAtMs = nowMs;
    this.#hasRepeated = false;
    this.#propose(this.#own);
    this.#evaluate(nowMs);
    const early = [...this.#early];
    this.#early.clear();
    for (const [from, notification] of early) this.onNotification(nowMs, from, notification);
  }

  /** A reconfiguration says who leads: this is the result, as if there had been an election. */
  designate(leader: ServerId, zxid: Zxid): void {
    this.leaveRole();
    const electionEpoch = this.#logicalClock;
    const peerEpoch = this.#currentVote?.peerEpoch ?? this.#own.peerEpoch;
    const vote = { leader, zxid, electionEpoch, peerEpoch };
    const learning = this.#isVoter ? 'following' : 'observing';
    this.#currentVote = vote;
    this.#result = { state: leader === this.#options.myid ? 'leading' : learning, vote };
    this.#early.clear();
  }

  onNotification(nowMs: number, from: ServerId, notification: CountedNotification): void {
    if (from === this.#options.myid) return this.#report('ownSid', from, notification);
    if (this.#result === null && !this.#isElecting) return this.#keepEarly(from, notification);
    if (!this.#voters.includes(from)) return this.#answerNonVoter(from, notification);
    const isLooking = notification.state === ServerState.LOOKING;
    if (this.#result !== null) {
      if (isLooking) this.#onLookingLate(from, notification);
      return;
    }
    if (isLooking && notification.electionEpoch < this.#logicalClock) this.#sendProposal(from);
    // A voter of the next configuration only has nobody to propose at first.
    if (notification.leader === NO_SERVER) return;
    if (!this.#voters.includes(notification.leader)) {
      return this.#report('unknownLeader', from, notification);
    }
    if (notification.electionEpoch > ROUND_MAX) {
      return this.#report('roundTooHigh', from, notification);
    }
    if (isLooking) this.#onLooking(nowMs, from, notification);
    else if (notification.state !== ServerState.OBSERVING)
      this.#onEstablished(nowMs, from, notification);
  }

  /** There is an election connection with it, on which nothing has been sent yet. */
  onPeerUp(sid: ServerId): void {
    this.#connected.add(sid);
    if (this.#isElecting && this.#voters.includes(sid) && sid !== this.#options.myid) {
      this.#sendProposal(sid);
      this.#onNews();
    }
  }

  onPeerDown(sid: ServerId): void {
    this.#connected.delete(sid);
    this.#askers.delete(sid);
    // Maybe it was the only one to wait for.
    if (this.#finalizeAtMs !== null) this.#evaluate(Number.NEGATIVE_INFINITY);
  }

  onTimer(nowMs: number): void {
    if (!this.#isElecting) return;
    if (this.#finalizeAtMs !== null && nowMs >= this.#finalizeAtMs) return this.#evaluate(nowMs);
    if (nowMs < this.#repeatedAtMs + this.#intervalMs) return;
    this.#intervalMs = Math.min(this.#intervalMs * 2, this.#options.maxNotificationIntervalMs);
    this.#repeatedAtMs = nowMs;
    if (this.#hasRepeated && this.#isReserve && this.#votes.size > 1) this.#standIn();
    this.#hasRepeated = true;
    this.#broadcastProposal();
    this.#evaluate(nowMs);
  }

  /** By ascending receiver; to each only the newest. */
  takeMessages(): NotificationToSend[] {
    const messages = [...this.#outbox]
      .sort(([a], [b]) => a - b)
      .map(([to, notification]) => ({ to, notification }));
    this.#outbox.clear();
    return messages;
  }

  takeAnomalies(): ElectionAnomaly[] {
    const anomalies = [...this.#anomalies.values()];
    this.#anomalies.clear();
    return anomalies;
  }

  /**
   * After synchronisation (updateElectionVote): all members of the ensemble tell the epoch that the
   * leader established, not the one with which it was elected, so that latecomers see one vote.
   */
  updateVote(peerEpoch: Epoch): void {
    this.#supporters = null;
    if (this.#currentVote !== null) this.#currentVote = { ...this.#currentVote, peerEpoch };
  }

  /** After a reconfiguration. While looking, `lookForLeader` must follow: old votes are void. */
  setVerifier(verifier: QuorumVerifier, lastSeen: QuorumVerifier | null = null): void {
    this.#verifier = verifier;
    this.#lastSeen = lastSeen;
    this.#voters = votersOf(lastSeen === null ? [verifier] : [verifier, lastSeen]);
    // Compat: who is in no list is a follower without a vote, not an observer.
    this.#isVoter = !verifier.observers.has(this.#options.myid);
  }

  #onLooking(nowMs: number, from: ServerId, notification: CountedNotification): void {
    // What it said of an established leader is over; and as it did not look then, it has not counted
    // our vote. Java lets it wait for the next repetition.
    if (this.#established.delete(from)) this.#sendProposal(from);
    if (this.#own.zxid === ZXID_OF_NO_DATABASE) return;
    if (notification.zxid === ZXID_OF_NO_DATABASE) return;
    // Who proposes nobody, as a server that is to join, has no round to insist on.
    const hasNoVote = this.#proposal.leader === NO_SERVER;
    if (notification.electionEpoch < this.#logicalClock && !hasNoVote) return;
    if (notification.electionEpoch !== this.#logicalClock) {
      this.#logicalClock = notification.electionEpoch;
      this.#votes.clear();
      const isBetter = isBetterVote(this.#verifier, notification, this.#own);
      this.#propose(isBetter ? candidateOf(notification) : this.#own);
    } else if (isBetterVote(this.#verifier, notification, this.#proposal)) {
      this.#propose(candidateOf(notification));
    }
    this.#votes.set(from, castVote(notification, 0));
    this.#evaluate(nowMs);
  }

  /** The others had the time for a better vote. */
  #standIn(): void {
    this.#isReserve = false;
    if (this.#proposal.leader !== NO_SERVER) return;
    this.#own = { ...this.#own, leader: this.#options.myid };
    this.#propose(this.#own);
  }

  /** All is decided here, but the sender still looks, or again. */
  #onLookingLate(from: ServerId, notification: Notification): void {
    const vote = present(this.#currentVote);
    this.#sendOutcome(from, vote.electionEpoch);
    const { leader, electionEpoch } = notification;
    if (this.#supporters?.hasAck(from) !== true) return;
    // Another vote, whatever its round: a server that was restarted counts from 1.
    if (electionEpoch === vote.electionEpoch && leader === vote.leader) return;
    this.#supporters.removeAck(from);
    const isLeading = vote.leader === this.#options.myid;
    this.#isRevoked ||= isLeading ? !this.#supporters.hasAllQuorums() : from === vote.leader;
  }

  /** The sender follows or leads: its leader is ours, too, once a quorum and the leader say so. */
  #onEstablished(nowMs: number, from: ServerId, notification: CountedNotification): void {
    const vote = castVote(notification, notification.version);
    if (notification.electionEpoch === this.#logicalClock) {
      // Compat: kept without the version, so that within a round only the leader must be the same.
      this.#votes.set(from, castVote(notification, 0));
      const supporters = this.#establishedBy(this.#votes, vote);
      if (supporters !== null) return this.#decide(voteOf(notification), supporters);
    }
    const former = this.#established.get(from);
    this.#established.set(from, vote);
    const supporters = this.#establishedBy(this.#established, vote);
    if (supporters !== null) {
      this.#logicalClock = notification.electionEpoch;
      return this.#decide(voteOf(notification), supporters);
    }
    if (former === undefined || !isSameVote(former, vote)) this.#onNews();
    if (notification.electionEpoch === this.#logicalClock) this.#evaluate(nowMs);
  }

  /** What others said before may be out of date: they are asked again soon, not in a minute. */
  #onNews(): void {
    this.#intervalMs = this.#options.minNotificationIntervalMs;
  }

  /**
   * Who stands behind it, if that is a quorum, and the leader itself says that it leads: or else
   * servers would elect over and over one that has crashed. If it is we who are said to lead, it
   * must be in this round.
   */
  #establishedBy(
    votes: ReadonlyMap<ServerId, CastVote>,
    vote: CastVote,
  ): SyncedLearnerTracker | null {
    const tracker = this.#tally(votes, vote);
    const isOurs = vote.leader === this.#options.myid;
    // To follow whoever leads is always safe. Where no quorum can be without this server, its own
    // voice counts: a leader that a reconfiguration has named waits for nobody else.
    if (!isOurs && this.#isIndispensable()) tracker.addAck(this.#options.myid);
    const isQuorum = isOurs
      ? tracker.hasAllQuorums()
      : tracker.hasSomeQuorum() || this.#mayOthersLeadAlone();
    if (!isQuorum) return null;
    const isSaid = isOurs
      ? vote.electionEpoch === this.#logicalClock
      : votes.get(vote.leader)?.state === ServerState.LEADING;
    return isSaid ? tracker : null;
  }

  /** For observers, whose voice counts nowhere: nobody else stands behind such a leader. */
  #mayOthersLeadAlone(): boolean {
    const { oracle = null } = this.#options;
    return oracle !== null && this.#verifiers().some(({ voters }) => voters.size === 2);
  }

  #isIndispensable(): boolean {
    return this.#verifiers().some((verifier) => {
      const others = [...verifier.voters].filter((sid) => sid !== this.#options.myid);
      return !verifier.containsQuorum(new Set(others));
    });
  }

  #verifiers(): readonly QuorumVerifier[] {
    const next = this.#lastSeen;
    return next !== null && next.version > this.#verifier.version
      ? [this.#verifier, next]
      : [this.#verifier];
  }

  #tally(votes: ReadonlyMap<ServerId, CastVote>, vote: CastVote): SyncedLearnerTracker {
    const tracker = new SyncedLearnerTracker(this.#verifiers());
    for (const [sid, each] of votes) if (isSameVote(vote, each)) tracker.addAck(sid);
    return tracker;
  }

  /** Whether there is a quorum for the proposal, and whether to wait for a better one. */
  #evaluate(nowMs: number): void {
    const vote: CastVote = { ...this.proposal, state: ServerState.LOOKING, version: 0 };
    const tracker = this.#tally(this.#votes, vote);
    if (!tracker.hasAllQuorums() && !this.#mayLeadAlone()) {
      this.#finalizeAtMs = null;
      return;
    }
    this.#finalizeAtMs ??= nowMs + this.#options.finalizeWaitMs;
    const isOver = nowMs >= this.#finalizeAtMs;
    if (isOver || !this.#isBetterVoteToCome(tracker)) this.#decide(this.proposal, tracker);
  }

  /** The oracle may change its mind at any time: to be called now and then. */
  reconsider(nowMs: number): void {
    const { oracle = null } = this.#options;
    if (oracle !== null && this.#isElecting && this.#hasRepeated) this.#evaluate(nowMs);
  }

  /** The other voter cannot be asked, and the oracle is for this one. */
  #mayLeadAlone(): boolean {
    const { myid, oracle = null } = this.#options;
    if (oracle === null || !this.#hasRepeated || this.#proposal.leader !== myid) return false;
    if (this.#voters.some((sid) => sid !== myid && this.#connected.has(sid))) return false;
    return this.#verifiers().every((verifier) => oracle.allows(verifier, new Set([myid])));
  }

  #isBetterVoteToCome(tracker: SyncedLearnerTracker): boolean {
    const { leader } = this.#proposal;
    if (leader !== this.#options.myid && !this.#connected.has(leader)) return true;
    return this.#voters.some((sid) => this.#connected.has(sid) && !tracker.hasAck(sid));
  }

  #decide(vote: Vote, supporters: SyncedLearnerTracker): void {
    assert(this.#isElecting, 'a decision outside of an election');
    const learning = this.#isVoter ? 'following' : 'observing';
    const state = vote.leader === this.#options.myid ? 'leading' : learning;
    this.#isElecting = false;
    this.#finalizeAtMs = null;
    this.#currentVote = vote;
    this.#supporters = supporters;
    this.#result = { state, vote };
    // Nobody who asked has to ask again, up to a minute later, to hear of it.
    for (const sid of this.#askers.keys()) this.#sendOutcome(sid, this.#logicalClock);
    this.#askers.clear();
  }

  #propose(candidate: Candidate): void {
    this.#proposal = candidate;
    this.#finalizeAtMs = null;
    this.#broadcastProposal();
  }

  #broadcastProposal(): void {
    const { myid } = this.#options;
    for (const sid of this.#voters) if (sid !== myid) this.#sendProposal(sid);
    if (!this.#voters.includes(myid) || this.#own.zxid === ZXID_OF_NO_DATABASE) return;
    this.#votes.set(myid, { ...this.proposal, state: ServerState.LOOKING, version: 0 });
  }

  #sendProposal(to: ServerId): void {
    this.#send(to, 'looking', this.proposal);
  }

  #sendOutcome(to: ServerId, electionEpoch: number): void {
    const vote = present(this.#currentVote, 'an outcome before any decision');
    this.#send(to, this.state, { ...vote, electionEpoch });
  }

  #send(to: ServerId, state: keyof typeof STATES, vote: Vote): void {
    const config = this.#verifier.configText;
    this.#outbox.set(to, { state: STATES[state], ...vote, config });
  }

  /**
   * Observers, and servers that are not in our configuration. While we look, they are told our
   * proposal (Java: the vote of the last election, maybe for the leader that has just died), but
   * the same only once: two servers that are no voters to each other would never stop. What they
   * say is no question unless they look.
   */
  #answerNonVoter(from: ServerId, { state }: Notification): void {
    if (state !== ServerState.LOOKING) return;
    if (this.#result !== null) return this.#sendOutcome(from, this.#logicalClock);
    if (this.#askers.get(from) === this.#proposal) return;
    if (this.#askers.size < ASKERS_MAX) this.#askers.set(from, this.#proposal);
    this.#sendProposal(from);
  }

  #keepEarly(from: ServerId, notification: CountedNotification): void {
    this.#early.delete(from);
    this.#early.set(from, notification);
    if (this.#early.size <= EARLY_MAX) return;
    for (const oldest of this.#early.keys()) {
      this.#early.delete(oldest);
      break;
    }
  }

  #report(kind: ElectionAnomaly['kind'], from: ServerId, notification: Notification): void {
    const key = `${kind} ${from}`;
    const count = (this.#anomalies.get(key)?.count ?? 0) + 1;
    this.#anomalies.set(key, { kind, from, count, notification });
  }
}

function votersOf(verifiers: readonly QuorumVerifier[]): readonly ServerId[] {
  const voters = new Set(verifiers.flatMap((verifier) => [...verifier.voters]));
  return [...voters].sort((a, b) => a - b);
}

function candidateOf({ leader, zxid, peerEpoch }: Notification): Candidate {
  return { leader, zxid, peerEpoch };
}

function voteOf({ leader, zxid, electionEpoch, peerEpoch }: Notification): Vote {
  return { leader, zxid, electionEpoch, peerEpoch };
}

function castVote(notification: Notification, version: number): CastVote {
  return { ...voteOf(notification), state: notification.state, version };
}
