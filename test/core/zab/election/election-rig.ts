// Elections among many machines under virtual time: FIFO links with latency that can be cut, servers
// that crash and come back, and of the rest of ZAB just so much that an election has consequences.
// A leader that gathers a quorum establishes a new epoch; learners that do not find their leader
// leading, and leaders without a quorum, look again.
import { Prng } from '../../../../src/base/prng.ts';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { FastLeaderElection } from '../../../../src/core/zab/election/fast-leader-election.ts';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';
import type { Notification } from '../../../../src/protocol/records/election.ts';

const JOIN_EVERY_MS = 20;
const JOIN_TRIES_MAX = 25;
const LEADER_PATIENCE_MS = 1000;

export interface History {
  readonly zxid: number;
  readonly peerEpoch: number;
}

export interface RigOptions {
  readonly voters: number;
  readonly observers?: readonly number[];
  readonly seed?: number;
  readonly latencyMs?: readonly [least: number, most: number];
  /** What servers have on disk at first; others are empty. */
  readonly histories?: Readonly<Record<number, History>>;
}

export interface RigServer {
  readonly sid: number;
  readonly isVoter: boolean;
  history: History;
  /** None while it is down. */
  election: FastLeaderElection | null;
  /** Grows with every end of a role, so that what was planned for the last one is void. */
  roleNumber: number;
  /** Whom it follows, once let in, and by which connection. */
  leader: number | null;
  membership: Membership | null;
  /** Of a leader: whom it let in, and the epoch it established. */
  readonly learners: Map<number, Membership>;
  /** Connections as far as it has noticed. */
  readonly links: Map<number, Link>;
  epoch: number | null;
}

/** A quorum connection: the object stands for it as long as both sides have it. */
type Membership = Record<string, never>;

interface Link {
  isOpen: boolean;
  /** By receiver: nothing overtakes what was sent before. */
  readonly lastAtMs: Map<number, number>;
}

interface RigEvent {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

export class ElectionRig {
  readonly servers = new Map<number, RigServer>();
  readonly prng: Prng;
  nowMs = 0;
  deliveredCount = 0;
  readonly #verifier: QuorumMaj;
  readonly #latencyMs: readonly [number, number];
  readonly #links = new Map<string, Link>();
  readonly #blocked = new Set<string>();
  readonly #timers = new Map<number, number>();
  #events: RigEvent[] = [];
  #order = 0;

  constructor({
    voters,
    observers = [],
    seed = 1,
    latencyMs = [1, 3],
    histories = {},
  }: RigOptions) {
    this.prng = new Prng(seed);
    this.#latencyMs = latencyMs;
    const voterSids = Array.from({ length: voters }, (_, index) => index + 1);
    this.#verifier = new QuorumMaj({
      ...{ version: 0, configText: '' },
      ...{ voters: new Set(voterSids), observers: new Set(observers) },
    });
    for (const sid of [...voterSids, ...observers]) {
      this.servers.set(sid, {
        ...{ sid, isVoter: sid <= voters, election: null, roleNumber: 0, leader: null },
        ...{
          history: histories[sid] ?? { zxid: 0, peerEpoch: 0 },
          learners: new Map(),
          membership: null,
          links: new Map(),
          epoch: null,
        },
      });
    }
  }

  server(sid: number): RigServer {
    const server = this.servers.get(sid);
    if (server === undefined) throw new Error(`no server ${sid}`);
    return server;
  }

  start(...sids: number[]): void {
    for (const sid of sids) {
      const server = this.server(sid);
      const { isVoter } = server;
      const times = { minNotificationIntervalMs: 200, maxNotificationIntervalMs: 60_000 };
      const options = { ...times, finalizeWaitMs: 200, myid: sid, isVoter };
      server.election = new FastLeaderElection(options, this.#verifier);
      this.#look(server);
      for (const other of this.servers.values()) this.#connectSoon(sid, other.sid);
    }
  }

  crash(sid: number): void {
    const server = this.server(sid);
    this.#endRole(server);
    server.election = null;
    server.links.clear();
    for (const other of this.servers.values()) this.cut(sid, other.sid);
  }

  /** The connection is lost; unless it is blocked, they connect again. */
  cut(a: number, b: number): void {
    const link = this.#links.get(nameOf(a, b));
    if (link === undefined) return;
    link.isOpen = false;
    this.#links.delete(nameOf(a, b));
    this.#after(this.#latency(), () => this.#lose(a, b, link));
    this.#after(this.#latency(), () => this.#lose(b, a, link));
    this.#connectSoon(a, b);
  }

  block(a: number, b: number): void {
    this.#blocked.add(nameOf(a, b));
    this.cut(a, b);
  }

  unblock(a: number, b: number): void {
    this.#blocked.delete(nameOf(a, b));
    this.#connectSoon(a, b);
  }

  after(delayMs: number, act: () => void): void {
    this.#after(delayMs, act);
  }

  /** True as soon as it holds; false when it still does not at that time. */
  runUntil(isDone: () => boolean, untilMs: number): boolean {
    for (;;) {
      if (isDone()) return true;
      const next = this.#events[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#events.shift();
      this.nowMs = next.atMs;
      next.act();
    }
    this.nowMs = untilMs;
    return isDone();
  }

  run(forMs: number): void {
    this.runUntil(() => false, this.nowMs + forMs);
  }

  /** The leader of all that are up, in its epoch; null while there is none. */
  settledLeader(): number | null {
    const up = [...this.servers.values()].filter(({ election }) => election !== null);
    const leaders = up.filter(({ epoch }) => epoch !== null);
    const [leader] = leaders;
    if (leader === undefined || leaders.length > 1) return null;
    const isFollowed = up.every(
      (each) => each === leader || (each.leader === leader.sid && leader.learners.has(each.sid)),
    );
    return isFollowed ? leader.sid : null;
  }

  /** Of a server that is up. */
  electionOf(sid: number): FastLeaderElection {
    const { election } = this.server(sid);
    if (election === null) throw new Error(`server ${sid} is down`);
    return election;
  }

  #look(server: RigServer): void {
    this.#endRole(server);
    const { roleNumber } = server;
    server.election?.leaveRole();
    // The log is drained first.
    this.#after(this.prng.below(5), () => {
      if (server.roleNumber !== roleNumber || server.election === null) return;
      server.election.lookForLeader(this.nowMs, server.history);
      this.#flush(server);
    });
  }

  /** Whoever is connected with it in this role notices a little later. */
  #endRole(server: RigServer): void {
    const { leader, membership, sid } = server;
    server.roleNumber++;
    server.leader = null;
    server.membership = null;
    server.epoch = null;
    if (leader !== null && membership !== null) {
      this.#after(this.#latency(), () => this.#dismiss(this.server(leader), sid, membership));
    }
    for (const [learner, each] of server.learners) {
      this.#after(this.#latency(), () => {
        if (this.server(learner).membership === each) this.#look(this.server(learner));
      });
    }
    server.learners.clear();
  }

  #dismiss(leader: RigServer, learner: number, membership: Membership): void {
    if (leader.learners.get(learner) !== membership) return;
    leader.learners.delete(learner);
    if (leader.epoch !== null && !this.#hasQuorum(leader)) this.#look(leader);
  }

  /** A server notices that its connection with the other has ended. */
  #lose(sid: number, other: number, link: Link): void {
    const server = this.server(sid);
    if (server.links.get(other) !== link) return;
    server.links.delete(other);
    server.election?.onPeerDown(other);
    this.#flush(server);
    if (server.leader === other) this.#look(server);
    const membership = server.learners.get(other);
    if (membership !== undefined) this.#dismiss(server, other, membership);
  }

  #flush(server: RigServer): void {
    const { election, sid } = server;
    if (election === null) return;
    for (const { to, notification } of election.takeMessages()) this.#send(sid, to, notification);
    if (election.isRevoked) this.#look(server);
    this.#armTimer(server);
    if (election.result === null || this.#timers.has(-sid)) return;
    this.#timers.set(-sid, 0);
    const { roleNumber } = server;
    this.#after(0, () => {
      this.#timers.delete(-sid);
      if (server.roleNumber === roleNumber && election.result !== null) this.#beginRole(server);
    });
  }

  #beginRole(server: RigServer): void {
    const { election, roleNumber } = server;
    if (election?.result === null || election === null) return;
    if (server.leader !== null || server.epoch !== null) return;
    if (election.result.state !== 'leading') return this.#join(server, JOIN_TRIES_MAX);
    if (this.#hasQuorum(server)) this.#establish(server);
    this.#after(LEADER_PATIENCE_MS, () => {
      if (server.roleNumber === roleNumber && server.epoch === null) this.#look(server);
    });
  }

  #join(server: RigServer, tries: number): void {
    const { election, roleNumber, sid } = server;
    if (election?.result === null || election === null || server.leader !== null) return;
    const leader = this.server(election.result.vote.leader);
    const link = this.#links.get(nameOf(sid, leader.sid));
    const isLinked = server.links.get(leader.sid) === link && leader.links.get(sid) === link;
    if (link !== undefined && isLinked && leader.election?.state === 'leading') {
      if (leader.epoch === null && isAhead(server, leader)) return this.#look(server);
      server.leader = leader.sid;
      server.membership = {};
      leader.learners.set(sid, server.membership);
      if (leader.epoch !== null) this.#synchronize(server, leader);
      else if (this.#hasQuorum(leader)) this.#establish(leader);
      return;
    }
    if (tries === 0) return this.#look(server);
    this.#after(JOIN_EVERY_MS, () => {
      if (server.roleNumber === roleNumber) this.#join(server, tries - 1);
    });
  }

  #establish(leader: RigServer): void {
    const members = this.#members(leader);
    const epoch = 1 + Math.max(...members.map(({ history }) => history.peerEpoch));
    leader.epoch = epoch;
    leader.history = { zxid: leader.history.zxid, peerEpoch: epoch };
    for (const member of members) this.#synchronize(member, leader);
    // A txn of its own, so that histories of different epochs differ.
    const zxid = makeZxid(epoch, 1 + this.prng.below(100));
    for (const member of members) member.history = { zxid, peerEpoch: epoch };
  }

  #synchronize(member: RigServer, leader: RigServer): void {
    member.history = leader.history;
    member.election?.updateVote(leader.history.peerEpoch);
  }

  #hasQuorum(leader: RigServer): boolean {
    return this.#verifier.containsQuorum(new Set(this.#members(leader).map(({ sid }) => sid)));
  }

  /** Who would answer the leader now. */
  #members(leader: RigServer): RigServer[] {
    const learners = [...leader.learners].map(([sid, each]) => ({
      server: this.server(sid),
      each,
    }));
    const present = learners.filter(({ server, each }) => server.membership === each);
    return [leader, ...present.map(({ server }) => server)];
  }

  #send(from: number, to: number, notification: Notification): void {
    const link = this.#links.get(nameOf(from, to));
    if (link === undefined) return;
    const atMs = Math.max(this.nowMs + this.#latency(), link.lastAtMs.get(to) ?? 0);
    link.lastAtMs.set(to, atMs);
    this.#at(atMs, () => {
      const server = this.server(to);
      if (!link.isOpen || server.election === null) return;
      this.deliveredCount++;
      server.election.onNotification(this.nowMs, from, { ...notification, version: 2 });
      this.#flush(server);
    });
  }

  #connectSoon(a: number, b: number): void {
    if (a === b || (!this.server(a).isVoter && !this.server(b).isVoter)) return;
    this.#after(this.#latency() + this.prng.below(20), () => {
      const isUp = this.server(a).election !== null && this.server(b).election !== null;
      if (!isUp || this.#links.has(nameOf(a, b)) || this.#blocked.has(nameOf(a, b))) return;
      const link: Link = { isOpen: true, lastAtMs: new Map() };
      this.#links.set(nameOf(a, b), link);
      for (const [sid, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const atMs = this.nowMs + this.#latency();
        link.lastAtMs.set(sid, atMs);
        this.#at(atMs, () => {
          const server = this.server(sid);
          if (!link.isOpen || server.election === null) return;
          const former = server.links.get(other);
          if (former !== undefined) this.#lose(sid, other, former);
          server.links.set(other, link);
          server.election.onPeerUp(other);
          this.#flush(server);
        });
      }
    });
  }

  #armTimer({ election, sid }: RigServer): void {
    const deadlineMs = election?.deadlineMs ?? null;
    if (deadlineMs === null || this.#timers.get(sid) === deadlineMs) return;
    this.#timers.set(sid, deadlineMs);
    this.#at(Math.max(deadlineMs, this.nowMs), () => {
      if (this.#timers.get(sid) === deadlineMs) this.#timers.delete(sid);
      const server = this.server(sid);
      if (server.election !== election) return;
      election?.onTimer(this.nowMs);
      this.#flush(server);
    });
  }

  #latency(): number {
    return this.prng.between(this.#latencyMs[0], this.#latencyMs[1]);
  }

  #after(delayMs: number, act: () => void): void {
    this.#at(this.nowMs + delayMs, act);
  }

  #at(atMs: number, act: () => void): void {
    const event = { atMs, order: this.#order++, act };
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.atMs ?? 0) > atMs) at--;
    this.#events.splice(at, 0, event);
  }
}

function nameOf(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

function isAhead(learner: RigServer, leader: RigServer): boolean {
  const [a, b] = [learner.history, leader.history];
  if (!learner.isVoter) return false;
  return a.peerEpoch !== b.peerEpoch ? a.peerEpoch > b.peerEpoch : a.zxid > b.zxid;
}
