/**
 * PeerRig: an ensemble of QuorumPeers on ToyDisks, in one process and without chance: whatever can
 * move moves until nothing does, then time goes on. Servers are killed and started, and cut off from
 * the others; clients are a session each that asks one thing at a time.
 */
import { Prng } from '../../src/base/prng.ts';
import type { ServerId } from '../../src/base/server-id.ts';
import { PeerHistory } from '../../src/core/peer-history.ts';
import type { PeerEvent } from '../../src/core/peer-role.ts';
import { QuorumPeer } from '../../src/core/quorum-peer.ts';
import { AccessRules } from '../../src/core/requests/auth-provider.ts';
import type { ClientConnection } from '../../src/core/requests/client-connection.ts';
import type { RequestOptions } from '../../src/core/requests/request-options.ts';
import type { DiskOp } from '../../src/core/storage/disk.ts';
import type { EnsembleConfig } from '../../src/core/zab/members/ensemble-config.ts';
import type { QuorumLink } from '../../src/core/zab/quorum-link.ts';
import { simAccess } from '../../src/sim/access.ts';
import {
  encodeAsk,
  encodeConnect,
  fixedXid,
  type SentAsk,
} from '../../src/sim/clients/client-request.ts';
import { splitFrames } from '../../src/sim/split-frames.ts';
import { type Received, readReceived } from '../scenario/received.ts';
import { serverOptions } from '../scenario/scenario-options.ts';
import { RECOVERY } from './history-run.ts';
import { ToyDisk } from './storage/toy-disk.ts';
import { ensembleOf } from './zab/members/ensemble-of.ts';

const TICK_MS = 200;

export interface RigMember {
  readonly sid: ServerId;
  disk: ToyDisk;
  /** Null while it is down. */
  peer: QuorumPeer | null;
  isCutOff: boolean;
  readonly notes: string[];
  /** What its files say. */
  config: EnsembleConfig;
  lastSeen: EnsembleConfig | null;
}

export interface RigOptions extends Partial<RequestOptions> {
  /** `reconfigEnabled`, and whoever asks may do it. */
  readonly isDynamic?: boolean;
  readonly readOnlyModeEnabled?: boolean;
  readonly syncQuorum?: boolean;
  /** Who may go on alone, by `oraclePath`; absent: nobody is asked. */
  readonly oracle?: Set<ServerId>;
  /** Where `observerMasterPort` is set. */
  readonly observerMasters?: readonly ServerId[];
}

export interface RigClient {
  readonly sid: ServerId;
  readonly connection: ClientConnection;
  readonly received: Received[];
  readonly asked: { readonly xid: number; readonly ask: SentAsk }[];
  hasConnected: boolean;
  sessionId: bigint;
  password: Uint8Array;
  isEnded: boolean;
  nextXid: number;
}

export interface RigWay {
  readonly from: ServerId;
  readonly to: ServerId;
}

export interface RigWatcher {
  onEvent?(sid: ServerId, event: PeerEvent): void;
  onNotification?(way: RigWay, bytes: Uint8Array): void;
  onBytes?(way: RigWay, bytes: Uint8Array): void;
  onDiskDone?(sid: ServerId, op: DiskOp): void;
  onReceived?(client: RigClient, received: Received): void;
}

interface RigLink {
  readonly from: RigMember;
  readonly to: RigMember;
  readonly peerOfLink: QuorumPeer;
  other: QuorumLink;
}

export class PeerRig {
  readonly members = new Map<ServerId, RigMember>();
  monotonicMs = 1000;
  /** Is told of what happens, as it happens. */
  watcher: RigWatcher = {};
  readonly #options: RigOptions;
  readonly #links = new Map<QuorumLink, RigLink>();
  readonly #clients = new Map<ClientConnection, RigClient>();
  readonly #electing = new Set<string>();

  /** Of the clock on the wall, for all: somebody may set it. */
  wallOffsetMs = 1_000_000;

  constructor(
    voters: readonly ServerId[],
    observers: readonly ServerId[] = [],
    options: RigOptions = {},
  ) {
    this.#options = options;
    const config = ensembleOf(voters, observers);
    for (const sid of [...voters, ...observers]) this.add(sid, config);
  }

  /** A server that was started with this configuration. */
  add(sid: ServerId, config: EnsembleConfig): void {
    const files = { config, lastSeen: null };
    const disk = new ToyDisk();
    this.members.set(sid, { sid, disk, peer: null, isCutOff: false, notes: [], ...files });
  }

  member(sid: ServerId): RigMember {
    const member = this.members.get(sid);
    if (member === undefined) throw new Error(`no server ${sid}`);
    return member;
  }

  peer(sid: ServerId): QuorumPeer {
    const { peer } = this.member(sid);
    if (peer === null) throw new Error(`server ${sid} is down`);
    return peer;
  }

  start(...sids: readonly ServerId[]): void {
    for (const sid of sids) this.#boot(this.member(sid));
    this.settle();
  }

  #boot(member: RigMember): void {
    const { isDynamic = false, readOnlyModeEnabled = false, ...others } = this.#options;
    const { observerMasters = [], oracle = null, syncQuorum = false, ...requests } = others;
    const defaults = serverOptions({
      serverId: member.sid,
      tickTimeMs: TICK_MS,
      reconfigEnabled: isDynamic,
      skipAcl: isDynamic,
      ...requests,
    });
    const result = PeerHistory.recover({
      options: { ...defaults, commitLogCount: 20 },
      prng: new Prng(member.sid),
      reader: member.disk,
      recovery: RECOVERY,
    });
    if (!result.ok) throw new Error(`${member.sid}: ${result.file}: ${result.reason}`);
    const myid = member.sid;
    member.peer = new QuorumPeer({
      options: {
        zab: { myid, tickTimeMs: TICK_MS, initLimitTicks: 10, syncLimitTicks: 5, syncQuorum },
        requests: defaults.requests,
        readOnlyModeEnabled,
        observerMaster: observerMasters.includes(myid) ? { heldBytesMax: 1 << 20 } : null,
        election: {
          myid,
          isVoter: !member.config.observers.has(myid),
          minNotificationIntervalMs: 200,
          maxNotificationIntervalMs: 60_000,
          finalizeWaitMs: 200,
        },
      },
      config: member.config,
      lastSeen: member.lastSeen,
      history: result.history,
      access: isDynamic ? new AccessRules([], { skipAcl: true }) : simAccess(),
      now: this.#now(),
      askOracle: oracle === null ? null : () => oracle.has(myid),
    });
    member.peer.start();
    this.#connectElections();
  }

  /** The process is gone: its disk keeps what it had. */
  kill(sid: ServerId): void {
    const member = this.member(sid);
    member.disk = member.disk.restart();
    const { peer } = member;
    member.peer = null;
    for (const [link, { from, peerOfLink }] of [...this.#links]) {
      if (from === member && peerOfLink === peer) this.#breakLink(link);
    }
    for (const [connection, client] of [...this.#clients]) {
      if (client.sid !== sid) continue;
      client.isEnded = true;
      this.#clients.delete(connection);
    }
    this.#connectElections();
    this.settle();
  }

  wipe(sid: ServerId): void {
    this.member(sid).disk = new ToyDisk();
  }

  cutOff(sids: ServerId | readonly ServerId[], isCutOff = true): void {
    const members = new Set([sids].flat().map((sid) => this.member(sid)));
    for (const member of members) member.isCutOff = isCutOff;
    for (const [link, { from, to }] of [...this.#links]) {
      if (isCutOff && (members.has(from) || members.has(to))) this.#breakLink(link);
    }
    this.#connectElections();
    this.settle();
  }

  #now() {
    return { monotonicMs: this.monotonicMs, wallMs: this.wallOffsetMs + this.monotonicMs };
  }

  #isReachable(one: RigMember, other: RigMember): boolean {
    return one.peer !== null && other.peer !== null && !one.isCutOff && !other.isCutOff;
  }

  /** Whoever can reach each other has an election connection, and is told when it comes or goes. */
  #connectElections(): void {
    for (const one of this.members.values()) {
      for (const other of this.members.values()) {
        if (one.sid >= other.sid) continue;
        const key = `${one.sid} ${other.sid}`;
        const isUp = this.#isReachable(one, other);
        if (isUp === this.#electing.has(key)) continue;
        if (isUp) this.#electing.add(key);
        else this.#electing.delete(key);
        for (const [a, b] of [
          [one, other],
          [other, one],
        ] as const) {
          this.#step(a, (peer) =>
            isUp ? peer.electionPeerUp(b.sid) : peer.electionPeerDown(b.sid),
          );
        }
      }
    }
  }

  #breakLink(link: QuorumLink): void {
    const entry = this.#links.get(link);
    if (entry === undefined) return;
    const { from, to, other, peerOfLink } = entry;
    const peerOfOther = this.#links.get(other)?.peerOfLink;
    this.#links.delete(link);
    this.#links.delete(other);
    if (from.peer === peerOfLink) this.#step(from, (peer) => peer.linkClosed(link));
    if (to.peer === peerOfOther) this.#step(to, (peer) => peer.linkClosed(other));
  }

  #step(member: RigMember, action: (peer: QuorumPeer) => void): void {
    const { peer } = member;
    if (peer === null) return;
    peer.setNow(this.#now());
    action(peer);
  }

  // --- Everything that can move -------------------------------------------------------------------

  settle(): void {
    for (let turns = 0; this.#moveAll(); turns++) {
      if (turns > 10_000) throw new Error('it never comes to rest');
    }
  }

  #moveAll(): boolean {
    let hasMoved = false;
    for (const member of this.members.values()) {
      if (member.peer !== null && this.#move(member, member.peer)) hasMoved = true;
    }
    return hasMoved;
  }

  #move(member: RigMember, peer: QuorumPeer): boolean {
    let hasMoved = false;
    for (const event of peer.takeEvents()) {
      hasMoved = true;
      this.watcher.onEvent?.(member.sid, event);
      if (event.kind === 'dial') this.#dial(member, peer, event);
      else if (event.kind === 'configSeen') member.lastSeen = event.config;
      else if (event.kind === 'configActivated') member.config = event.config;
      else if (event.kind === 'note')
        member.notes.push(`${event.message} ${describe(event.facts)}`);
      else if (event.kind === 'failed')
        throw new Error(`${member.sid} ${event.file} ${event.reason}`);
    }
    for (const { to, bytes } of peer.takeNotifications()) {
      hasMoved = true;
      const other = this.members.get(to);
      if (other === undefined || !this.#isReachable(member, other)) continue;
      this.watcher.onNotification?.({ from: member.sid, to }, bytes);
      this.#step(other, (each) => each.receiveNotification(member.sid, bytes));
    }
    for (const link of peer.takeDirtyLinks()) {
      hasMoved = true;
      this.#carry(member, link);
    }
    for (const connection of peer.takeDirty()) {
      hasMoved = true;
      this.#flush(peer, connection);
    }
    member.disk.start(peer.takeDiskOps());
    const op = member.disk.pending[0];
    if (op === undefined) return hasMoved;
    const done = member.disk.finish(op);
    this.watcher.onDiskDone?.(member.sid, op);
    this.#step(member, (each) => each.onDiskDone(done));
    return true;
  }

  #dial(
    member: RigMember,
    peer: QuorumPeer,
    { link, sid, isObserverMaster }: Extract<PeerEvent, { kind: 'dial' }>,
  ): void {
    const to = this.member(sid);
    if (!this.#isReachable(member, to) || to.peer === null) {
      return this.#step(member, (each) => each.linkClosed(link));
    }
    to.peer.setNow(this.#now());
    const remote = { address: `10.0.0.${member.sid}`, port: 1 };
    const other = isObserverMaster ? to.peer.acceptObserver(remote) : to.peer.acceptLink(remote);
    this.#links.set(link, { from: member, to, other, peerOfLink: peer });
    this.#links.set(other, { from: to, to: member, other: link, peerOfLink: to.peer });
    this.#step(member, (each) => each.linkOpened(link));
  }

  #carry(member: RigMember, link: QuorumLink): void {
    const bytes = Uint8Array.from(link.output);
    link.release(true);
    const entry = this.#links.get(link);
    if (entry === undefined) return;
    if (bytes.length > 0) {
      this.watcher.onBytes?.({ from: member.sid, to: entry.to.sid }, bytes);
    }
    if (bytes.length > 0) this.#step(entry.to, (peer) => peer.receiveLink(entry.other, bytes));
    if (link.isClosing) this.#breakLink(link);
    else if (link.hasMore) this.#step(member, (peer) => peer.linkDrained(link));
  }

  /** Time goes on in the steps that the servers ask for. */
  advance(ms: number): void {
    const end = this.monotonicMs + ms;
    while (this.monotonicMs < end) {
      const waits = [...this.members.values()].map(({ peer }) => peer?.nextTickMs() ?? ms);
      this.monotonicMs = Math.min(end, this.monotonicMs + Math.max(1, Math.min(...waits)));
      for (const member of this.members.values()) this.#step(member, (peer) => peer.tick());
      this.settle();
    }
  }

  /** Until every server that is up serves; the milliseconds that it took. */
  awaitServing(...sids: readonly ServerId[]): number {
    const startMs = this.monotonicMs;
    while (!sids.every((sid) => this.peer(sid).mode !== null)) {
      if (this.monotonicMs - startMs > 60_000) throw new Error(`not serving: ${this.describe()}`);
      this.advance(10);
    }
    return this.monotonicMs - startMs;
  }

  describe(): string {
    return [...this.members.values()]
      .map(({ sid, peer }) => `${sid}:${peer === null ? 'down' : (peer.mode ?? peer.state)}`)
      .join(' ');
  }

  /** Lets time pass until it is so. */
  awaitUntil(isSo: () => boolean): void {
    const startMs = this.monotonicMs;
    while (!isSo()) {
      if (this.monotonicMs - startMs > 60_000) throw new Error(`it never is: ${this.describe()}`);
      this.advance(10);
    }
  }

  get leader(): ServerId {
    for (const { sid, peer } of this.members.values()) if (peer?.mode === 'leader') return sid;
    throw new Error(`nobody leads: ${this.describe()}`);
  }

  // --- Clients ------------------------------------------------------------------------------------

  /** A new session, or that of another client. */
  connect(sid: ServerId, session?: RigClient, readOnly = false): RigClient {
    const peer = this.peer(sid);
    peer.setNow(this.#now());
    const client: RigClient = {
      sid,
      connection: peer.connect({ address: '10.1.0.1', port: 1 }),
      received: [],
      asked: [],
      hasConnected: false,
      sessionId: session?.sessionId ?? 0n,
      password: session?.password ?? new Uint8Array(16),
      isEnded: false,
      nextXid: session?.nextXid ?? 1,
    };
    this.#clients.set(client.connection, client);
    const { sessionId, password: passwd } = client;
    const request = { protocolVersion: 0, lastZxidSeen: 0, timeOut: 4000, sessionId, passwd };
    peer.receive(client.connection, encodeConnect({ ...request, readOnly }));
    this.settle();
    return client;
  }

  send(client: RigClient, ask: SentAsk): void {
    const xid = fixedXid(ask) ?? client.nextXid++;
    client.asked.push({ xid, ask });
    this.#step(this.member(client.sid), (peer) => {
      peer.receive(client.connection, encodeAsk(xid, ask));
    });
  }

  call(client: RigClient, ask: SentAsk): Received {
    this.send(client, ask);
    this.settle();
    const last = client.received.at(-1);
    if (last === undefined) throw new Error('nothing came back');
    return last;
  }

  #flush(peer: QuorumPeer, connection: ClientConnection): void {
    const client = this.#clients.get(connection);
    const bytes = Uint8Array.from(connection.output?.written() ?? []);
    connection.output = null;
    if (client === undefined) return;
    for (const frame of splitFrames(bytes)) {
      const received = readReceived(client, frame);
      client.received.push(received);
      this.watcher.onReceived?.(client, received);
      if (received.kind !== 'connected') continue;
      client.sessionId = received.response.sessionId;
      client.password = received.response.passwd ?? client.password;
    }
    if (!connection.isClosing) return;
    client.isEnded = true;
    this.#clients.delete(connection);
    peer.disconnect(connection);
  }

  digests(): string[] {
    return [...this.members.values()].flatMap(({ sid, peer }) => {
      if (peer === null) return [];
      const { tree } = peer.history.database;
      return [`${sid} ${tree.lastProcessedZxid.toString(16)} ${tree.digest.toBigInt()}`];
    });
  }
}

/** All of these, serving. */
export function startedRig(
  voters: readonly ServerId[],
  observers: readonly ServerId[] = [],
  options: RigOptions = {},
): PeerRig {
  const rig = new PeerRig(voters, observers, options);
  rig.start(...voters, ...observers);
  rig.awaitServing(...voters, ...observers);
  return rig;
}

function describe(facts: Readonly<Record<string, string | number>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
