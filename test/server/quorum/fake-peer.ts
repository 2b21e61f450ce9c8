/** A peer that does nothing by itself: it keeps what it is given, and gives what a test puts in. */

import type { Now } from '../../../src/base/now.ts';
import type { PeerFigures } from '../../../src/core/peer-figures.ts';
import type { PeerMode, PeerState } from '../../../src/core/peer-role.ts';
import { ServerStats } from '../../../src/core/requests/connection-stats.ts';
import { ServerDatabase } from '../../../src/core/requests/server-database.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import type {
  PeerEvent,
  QuorumLink,
  QuorumPeer,
} from '../../../src/server/quorum/peer-contract.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';
import { Events } from './election-ports.ts';

export class FakeLink implements QuorumLink {
  readonly remote: { readonly address: string; readonly port: number };
  closeReason: string | null = null;
  closeDetail = '';
  isPaused = false;
  isCongested = false;
  hasMore = false;
  output = new Uint8Array(0);
  received = Buffer.alloc(0);
  readonly events: string[] = [];
  readonly #peer: FakePeer;

  constructor(peer: FakePeer, remote: { readonly address: string; readonly port: number }) {
    this.#peer = peer;
    this.remote = remote;
  }

  release(): void {
    this.output = new Uint8Array(0);
  }

  /** As a role would: the driver sees it after the step. */
  write(bytes: Uint8Array): void {
    this.output = Buffer.concat([this.output, bytes]);
    this.#peer.dirty.add(this);
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.#peer.dirty.add(this);
  }

  close(reason: string): void {
    this.closeReason = reason;
    this.#peer.dirty.add(this);
  }
}

export class FakePeer implements QuorumPeer<FakeLink> {
  state: PeerState = 'LOOKING';
  mode: PeerMode | null = null;
  readonly processor = null;
  readonly sessions = null;
  readonly stats = new ServerStats();
  readonly history = {
    database: new ServerDatabase(DataTree.fresh(REQUEST_OPTIONS), REQUEST_OPTIONS),
    lastZxid: 0,
    lastSynced: 0,
    isSnapshotting: false,
    hasFailed: false,
  };
  readonly closings: ReadonlyMap<string, number> = new Map();
  readonly figures: PeerFigures = {
    peerState: 'looking - election',
    zabPhase: 'election',
    leaderId: null,
    members: new Map(),
    learners: [],
    quorumSize: 3,
    membership: 'version=0',
    leader: null,
    observerMasterId: null,
    syncedObservers: null,
  };

  readonly links: FakeLink[] = [];
  readonly dirty = new Set<FakeLink>();
  readonly expiring = new Set<bigint>();
  /** What was called, in order. */
  readonly calls: string[] = [];
  readonly notifications: { to: number; bytes: Uint8Array }[] = [];
  now: Now = { monotonicMs: 0, wallMs: 0 };
  tickInMs = 3_600_000;
  /** Called for each link that was accepted, inside of the step. */
  onAccept: (link: FakeLink) => void = () => {};
  onDrained: (link: FakeLink) => void = () => {};
  readonly #waiting = new Events();
  #events: PeerEvent<FakeLink>[] = [];

  until(holds: () => boolean): Promise<void> {
    return this.#waiting.until(holds);
  }

  emit(event: PeerEvent<FakeLink>): void {
    this.#events.push(event);
  }

  createLink(remote = { address: 'server 2', port: 0 }): FakeLink {
    const link = new FakeLink(this, remote);
    this.links.push(link);
    return link;
  }

  acceptLink(remote: { readonly address: string; readonly port: number }): FakeLink {
    const link = this.createLink({ address: remote.address, port: remote.port });
    this.#called('acceptLink');
    this.onAccept(link);
    return link;
  }

  acceptObserver(remote: { readonly address: string; readonly port: number }): FakeLink {
    const link = this.createLink({ address: remote.address, port: remote.port });
    this.#called('acceptObserver');
    return link;
  }

  linkOpened(link: FakeLink): void {
    link.events.push('opened');
    this.#called('linkOpened');
  }

  receiveLink(link: FakeLink, chunk: Uint8Array): void {
    link.received = Buffer.concat([link.received, chunk]);
    this.#called('receiveLink');
  }

  linkDrained(link: FakeLink): void {
    link.events.push('drained');
    this.onDrained(link);
    this.#called('linkDrained');
  }

  linkClosed(link: FakeLink): void {
    link.events.push('closed');
    this.#called('linkClosed');
  }

  takeDirtyLinks(): readonly FakeLink[] {
    const links = [...this.dirty];
    this.dirty.clear();
    return links;
  }

  start(): void {
    this.emit({ kind: 'state', state: 'LOOKING', leader: null });
    this.#called('start');
  }

  setNow(now: Now): void {
    this.now = now;
  }

  expireSession(id: bigint): boolean {
    return this.expiring.delete(id);
  }

  tick(): void {
    this.#called('tick');
  }

  nextTickMs(): number {
    return this.tickInMs;
  }

  receiveNotification(from: number, bytes: Uint8Array): string | null {
    this.#called(`notification ${from} ${Buffer.from(bytes)}`);
    return null;
  }

  electionPeerUp(sid: number): void {
    this.#called(`up ${sid}`);
  }

  electionPeerDown(sid: number): void {
    this.#called(`down ${sid}`);
  }

  onDiskDone(): void {}

  takeSnapshot(): boolean {
    this.#called('takeSnapshot');
    return true;
  }

  purge(): boolean {
    this.#called('purge');
    return true;
  }

  shutdown(): void {
    this.emit({ kind: 'closed' });
    this.#called('shutdown');
  }

  connect(): never {
    throw new Error('the fake peer serves nobody');
  }

  receive(): void {}
  continue(): void {}
  disconnect(): void {}

  takeEvents() {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  takeDiskOps() {
    return [];
  }

  takeDirty() {
    return [];
  }

  takeNotifications() {
    return this.notifications.splice(0);
  }

  #called(name: string): void {
    this.calls.push(name);
    // After the step, when the driver has taken what follows.
    queueMicrotask(() => this.#waiting.changed());
  }
}
