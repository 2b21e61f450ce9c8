/**
 * LearnRun: the real servers of one ensemble in virtual time, and a scenario that tells them what
 * happens. All that the simulator checks in its runs by chance is checked here too; beyond that a
 * scenario says what must come, and fails when it does not.
 */
import type { ServerId } from '../../base/server-id.ts';
import { describeZxid } from '../../base/zxid.ts';
import type { PeerEvent } from '../../core/peer-role.ts';
import { QuorumPacketType } from '../../protocol/records/quorum.ts';
import { checkHistory } from '../checkers/check-history.ts';
import type { SentAsk } from '../clients/client-request.ts';
import { Ensemble } from '../ensemble/ensemble.ts';
import type { Way } from '../ensemble/ensemble-watcher.ts';
import { Trace } from '../trace.ts';
import { Violated } from '../violated.ts';
import { describeQuorumPacket, describeVote } from './describe-packet.ts';
import type { Answer } from './describe-request.ts';
import { LearnClient } from './learn-client.ts';
import { learnConfig, type Members } from './learn-config.ts';
import { Transcript, type TranscriptEvent } from './transcript.ts';

/** Virtual time: long enough for every time-out of ZooKeeper's defaults. */
const PATIENCE_US = 120_000_000;
const SESSION_TIMEOUT_MS = 40_000;

export class LearnRun {
  readonly ensemble: Ensemble;
  /** Pings are the same all the time: most scenarios leave them out. */
  showsPings = false;
  /** Of an election that the story is not about, only the outcome is shown. */
  showsVotes = true;
  /** When a log is on its disk. */
  showsDisks = false;
  readonly #voters: readonly ServerId[];
  readonly #transcript = new Transcript();
  /** By the way that they went. */
  readonly #lastVotes = new Map<string, string>();
  readonly #clients = new Map<string, LearnClient>();

  constructor(members: Members) {
    this.#voters = members.voters;
    this.ensemble = new Ensemble({
      config: learnConfig(members),
      trace: new Trace(null),
      hooks: {},
      onPeerEnd: (peer) => peer.stop('kill'),
      watcher: {
        onVote: (way, bytes) => this.#onVote(way, bytes),
        onPacket: (way, packet) => {
          const isHidden = packet.type === QuorumPacketType.PING && !this.showsPings;
          this.#onSent(way, describeQuorumPacket(packet), isHidden);
        },
        onEvent: (sid, event) => this.#onEvent(sid, event),
      },
    });
  }

  // --- What is printed ----------------------------------------------------------------------------

  say(text: string): void {
    this.#transcript.say(text);
  }

  /** A result, without a time. */
  row(text: string): void {
    this.#transcript.row(text);
  }

  /** It happens, and nothing of it is printed. */
  quietly(action: () => void): void {
    this.#transcript.isMuted = true;
    action();
    this.#transcript.isMuted = false;
  }

  /** What comes before the story, quietly. */
  prepare(action: () => void): void {
    this.quietly(action);
    this.#transcript.begin(this.ensemble.clock.nowUs);
  }

  /** All voters are up before the story begins, the last one leads, and this client is connected. */
  prepareClient(name: string, server: ServerId): LearnClient {
    this.prepare(() => {
      this.startAll(...this.#voters);
      this.connect(name, server);
      this.settle();
    });
    return this.client(name);
  }

  /** What somebody has, or what is done to it. */
  note(from: string, text: string): void {
    this.#tell({ from, text });
  }

  /** What each server is and has. */
  state(...sids: readonly ServerId[]): void {
    for (const sid of sids.length > 0 ? sids : this.ensemble.peers.keys()) {
      const { peer, mode } = this.ensemble.peer(sid);
      if (peer === null) {
        this.note(`${sid}`, 'is down');
        continue;
      }
      const { epochs, lastZxid, database } = peer.history;
      const tree = describeZxid(database.tree.lastProcessedZxid);
      const has = `log ${describeZxid(lastZxid)}, tree ${tree}`;
      this.note(`${sid}`, `${mode ?? peer.state}: currentEpoch ${epochs.current}, ${has}`);
    }
  }

  /** What was printed; throws where the clients were told something wrong. */
  finish(): string {
    const { history, witness } = this.ensemble;
    history.txns.push(...witness.committed);
    // What a read-only server serves belongs to no history; it has a checker of its own.
    const connections = history.connections.filter(({ attempt }) => attempt.isReadOnly !== true);
    const violations = checkHistory({ ...history, connections });
    if (violations.length > 0) throw new Violated(violations);
    return this.#transcript.render();
  }

  /** Votes are told again and again, also where nobody hears them: that is left out. */
  #onVote(way: Way, bytes: Uint8Array): void {
    const text = describeVote(bytes);
    if (text === null) return;
    const key = `${way.from} ${way.to}`;
    const isRepeated = this.#lastVotes.get(key) === text;
    this.#lastVotes.set(key, text);
    const isHeard = this.ensemble.network.isOpen(way.from, way.to);
    this.#onSent(way, text, isRepeated || !isHeard || !this.showsVotes);
  }

  #onSent({ from, to }: Way, text: string, isHidden: boolean): void {
    const isOpen = this.ensemble.network.isOpen(from, to);
    const line = isOpen ? text : `${text} (cut off)`;
    this.#tell({ from: `${from}`, to: `${to}`, text: line, isHidden });
  }

  #tell(event: Omit<TranscriptEvent, 'nowUs'>): void {
    this.#transcript.event({ nowUs: this.ensemble.clock.nowUs, ...event });
  }

  #onEvent(sid: ServerId, event: PeerEvent): void {
    const text = describeEvent(event);
    const isHidden = event.kind === 'synced' && !this.showsDisks;
    if (text !== null) this.#tell({ from: `${sid}`, text, isHidden });
  }

  // --- What happens -------------------------------------------------------------------------------

  start(...sids: readonly ServerId[]): void {
    for (const sid of sids) {
      this.note(`${sid}`, 'starts');
      this.ensemble.peer(sid).boot();
    }
  }

  /** They start, and serve. */
  startAll(...sids: readonly ServerId[]): void {
    this.start(...sids);
    const isUp = () => sids.every((sid) => this.ensemble.peer(sid).isServing);
    this.until(isUp, `servers ${sids} serve`);
    this.settle();
  }

  kill(...sids: readonly ServerId[]): void {
    for (const sid of sids) {
      this.note(`${sid}`, 'is killed');
      this.ensemble.crash(this.ensemble.peer(sid), 'kill');
    }
  }

  /** From now on nobody of one group reaches anybody of another. */
  partition(...groups: readonly (readonly ServerId[])[]): void {
    const text = groups.map((group) => group.join(' ')).join(' | ');
    this.note('network', `is cut: ${text}`);
    this.ensemble.network.partition(groups);
  }

  /** It hears the others, and nothing that it sends gets to them (or to this one of them). */
  mute(sid: ServerId, towards?: ServerId): void {
    const others = towards === undefined ? [...this.ensemble.peers.keys()] : [towards];
    this.note('network', `lets nothing through from ${sid} to ${towards ?? 'the others'}`);
    for (const to of others) if (to !== sid) this.ensemble.network.close(sid, to);
  }

  heal(): void {
    this.note('network', 'is whole again');
    this.ensemble.network.heal();
  }

  /** What is on its way arrives, and what that leads to. */
  settle(ms = 50): void {
    this.pass(ms);
  }

  pass(ms: number): void {
    const endUs = this.ensemble.clock.nowUs + ms * 1000;
    this.ensemble.queue.add(endUs, 'pass', () => {});
    this.until(() => this.ensemble.clock.nowUs >= endUs, `${ms} ms pass`);
  }

  until(condition: () => boolean, what: string): void {
    if (!this.ensemble.runUntil(condition, PATIENCE_US))
      throw new Error(`It does not come: ${what}`);
  }

  /** Until a line of the transcript matches, as it is printed: `2 → 3 ACK 0x100000001`. */
  untilSeen(pattern: RegExp): void {
    const start = this.#transcript.mark();
    this.until(() => this.#transcript.has(pattern, start), `a line like ${pattern.source}`);
  }

  /** The story is about this: it must be so. */
  check(isSo: boolean, what: string): void {
    if (!isSo) throw new Error(`It is not so: ${what}`);
  }

  // --- Clients ------------------------------------------------------------------------------------

  /** A client by this name, with a session at the server. */
  connect(name: string, sid: ServerId, timeoutMs = SESSION_TIMEOUT_MS): LearnClient {
    const client = this.client(name, timeoutMs);
    if (client.connect(sid)) this.until(() => client.isConnected, `${name} is connected`);
    return client;
  }

  client(name: string, timeoutMs = SESSION_TIMEOUT_MS): LearnClient {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const { ensemble } = this;
    const index = this.#clients.size;
    const client = new LearnClient({
      ...{ name, index, ensemble, timeoutMs },
      sent: (server, text) => this.#tell({ from: name, to: `${server}`, text }),
      got: (server, text) => this.#tell({ from: `${server}`, to: name, text }),
    });
    this.#clients.set(name, client);
    return client;
  }

  /** Asks, and waits for the answer. */
  call(client: LearnClient, ask: SentAsk): Answer {
    client.ask(ask);
    this.until(() => client.isAnswered, `an answer to ${ask.kind}`);
    return client.answer as Answer;
  }
}

function describeEvent(event: PeerEvent): string | null {
  switch (event.kind) {
    case 'state':
      return event.state === 'FOLLOWING' || event.state === 'OBSERVING'
        ? `${event.state} server ${event.leader}`
        : event.state;
    case 'serving':
      return `serves clients as ${event.mode} of epoch ${event.epoch}`;
    case 'synced':
      return `log on disk up to ${describeZxid(event.through)}`;
    case 'note':
      return event.message === 'the role ends' ? `gives up: ${event.facts['reason']}` : null;
    default:
      return null;
  }
}
