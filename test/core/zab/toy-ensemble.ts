/**
 * ToyEnsemble: one Leader and its Learners over ToyHistories, with links that carry bytes when the
 * test says so. What happened is written down, one line each.
 */

import type { ServerId } from '../../../src/base/server-id.ts';
import type { Zxid } from '../../../src/base/zxid.ts';
import { Leader } from '../../../src/core/zab/leader.ts';
import { Learner, type LoggedEntry } from '../../../src/core/zab/learner.ts';
import { EnsembleConfigs } from '../../../src/core/zab/members/ensemble-configs.ts';
import { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import { ensembleOf } from './members/ensemble-of.ts';
import { entryOf, type ToyEvent, type ToyHistory } from './toy-history.ts';

const OPTIONS = { tickTimeMs: 100, initLimitTicks: 10, syncLimitTicks: 5 };

interface Pipe {
  readonly leaderEnd: QuorumLink;
  readonly learnerEnd: QuorumLink;
  readonly member: ToyMember;
  isOpen: boolean;
}

export interface ToyMember {
  readonly sid: ServerId;
  readonly history: ToyHistory;
  readonly learner: Learner;
  readonly applied: Zxid[];
  /** The last applied one, whenever a sync was answered. */
  readonly syncedAt: Zxid[];
  end: string | null;
  isServing: boolean;
}

export class ToyEnsemble {
  readonly leader: Leader;
  readonly history: ToyHistory;
  readonly members: ToyMember[] = [];
  readonly notes: string[] = [];
  readonly committed: Zxid[] = [];
  readonly requests: string[] = [];
  leaderEnd: string | null = null;
  isEstablished = false;
  nowMs = 0;
  /** How the bytes of a link arrive. */
  chunkBytes = 65_536;
  readonly #pipes: Pipe[] = [];
  readonly #dirty = new Set<QuorumLink>();
  #lastLinkId = 0;

  constructor(parts: {
    readonly leader: ServerId;
    readonly history: ToyHistory;
    readonly voters: readonly ServerId[];
    readonly syncQuorum?: boolean;
  }) {
    this.history = parts.history;
    this.leader = new Leader({
      options: { ...OPTIONS, myid: parts.leader, syncQuorum: parts.syncQuorum === true },
      configs: new EnsembleConfigs({
        current: ensembleOf(parts.voters),
        isDynamic: false,
        standaloneEnabled: true,
      }),
      history: parts.history,
      nowMs: 0,
      host: {
        onEstablished: () => {
          this.isEstablished = true;
        },
        commit: (through) => this.committed.push(through),
        onRequest: (learner, { cxid, type }) => {
          this.requests.push(`${learner.sid} ${cxid} ${type}`);
        },
        revalidate: (_learner, sessionId) => sessionId === 7n,
        touch: (sessionId, timeoutMs) => this.requests.push(`touch ${sessionId} ${timeoutMs}`),
        stepDown: (reason) => {
          this.leaderEnd = reason;
        },
        note: (message) => this.notes.push(message),
        onSyncAnswered: () => this.requests.push('own sync answered'),
        seeConfig: () => {},
        activateConfig: () => {},
        handOver: () => {},
      },
    });
  }

  join(sid: ServerId, history: ToyHistory, isObserver = false): ToyMember {
    const applied: Zxid[] = [];
    const learner = new Learner({
      options: { ...OPTIONS, myid: sid },
      history,
      leader: 1,
      isObserver,
      configVersion: 0,
      nowMs: this.nowMs,
      host: {
        onLeaderConfig: () => {},
        onActivated: () => {},
        dial: () => this.#dial(member),
        decode: () => null,
        apply: (entry: LoggedEntry) => applied.push(entry.zxid),
        onEstablished: () => {
          member.isServing = true;
        },
        onRevalidated: (id, isValid) => this.requests.push(`revalidated ${id} ${isValid}`),
        onSyncAnswered: () => {
          member.syncedAt.push(applied.at(-1) ?? -1);
          this.requests.push(`sync answered ${sid}`);
        },
        takeTouched: () => [[9n, 4000]],
        leave: (reason) => {
          member.end = reason;
        },
        note: () => {},
      },
    });
    const facts = { syncedAt: [], end: null, isServing: false };
    const member: ToyMember = { sid, history, learner, applied, ...facts };
    this.members.push(member);
    learner.start();
    return member;
  }

  #link(): QuorumLink {
    const owner = { onDirty: (link: QuorumLink) => this.#dirty.add(link) };
    const remote = { address: '10.0.0.1', port: 1 };
    return new QuorumLink(owner, { id: ++this.#lastLinkId, remote, packetBytesMax: 1 << 20 });
  }

  #dial(member: ToyMember): QuorumLink {
    const pipe = { leaderEnd: this.#link(), learnerEnd: this.#link(), member, isOpen: true };
    this.#pipes.push(pipe);
    this.leader.onLinkUp(pipe.leaderEnd);
    this.#opened.push(pipe);
    return pipe.learnerEnd;
  }

  readonly #opened: Pipe[] = [];

  /** Carries bytes until nothing moves; the disks do nothing. */
  carry(): void {
    for (const pipe of this.#opened.splice(0)) pipe.member.learner.onLinkUp(pipe.learnerEnd);
    while (this.#dirty.size > 0) {
      for (const link of [...this.#dirty]) this.#carryLink(link);
    }
  }

  #carryLink(link: QuorumLink): void {
    this.#dirty.delete(link);
    const pipe = this.#pipes.find((each) => each.leaderEnd === link || each.learnerEnd === link);
    const bytes = Uint8Array.from(link.output);
    link.release(true);
    if (pipe === undefined || !pipe.isOpen) return;
    for (let at = 0; at < bytes.length; at += this.chunkBytes) {
      const chunk = bytes.slice(at, at + this.chunkBytes);
      if (link === pipe.leaderEnd) pipe.member.learner.receive(pipe.learnerEnd, chunk);
      else this.leader.receive(pipe.leaderEnd, chunk);
    }
    if (link.isClosing) this.cut(pipe.member);
    else if (link.hasMore) this.leader.onLinkDrained(link);
  }

  cut(member: ToyMember): void {
    for (const pipe of this.#pipes) {
      if (pipe.member !== member || !pipe.isOpen) continue;
      pipe.isOpen = false;
      this.leader.onLinkDown(pipe.leaderEnd);
      member.learner.onLinkDown(pipe.learnerEnd);
    }
  }

  /** The leader's disk does all it has to. */
  syncLeader(): void {
    for (let event = this.history.sync(); event !== null; event = this.history.sync()) {
      if (event.kind === 'epochSaved') this.leader.onEpochSaved(event.which);
      else if (event.kind === 'synced') this.leader.onSynced(event.through);
    }
  }

  syncMember({ history, learner }: ToyMember): void {
    for (let event = history.sync(); event !== null; event = history.sync()) {
      tell(learner, event);
    }
  }

  /** Everything moves until nothing does. */
  run(): void {
    for (let turn = 0; turn < 20; turn++) {
      this.carry();
      this.syncLeader();
      for (const member of this.members) this.syncMember(member);
    }
  }

  propose(zxid: Zxid): void {
    const entry = entryOf(zxid);
    this.history.append(zxid, entry.payload);
    this.leader.propose(entry);
  }

  /** Time goes on for all. */
  advance(ms: number): void {
    this.nowMs += ms;
    this.leader.setNow(this.nowMs);
    this.leader.onTick();
    for (const { learner } of this.members) {
      learner.setNow(this.nowMs);
      learner.onTick();
    }
  }
}

function tell(learner: Learner, event: ToyEvent): void {
  if (event.kind === 'epochSaved') learner.onEpochSaved(event.which);
  else if (event.kind === 'truncated') learner.onTruncated();
  else if (event.kind === 'adopted') learner.onAdopted();
  else learner.onHistoryMoved();
}
