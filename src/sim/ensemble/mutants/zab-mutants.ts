/** Broken agreement: synchronization, commits, elections. */
import { makeZxid } from '../../../base/zxid.ts';
import { LearningRole } from '../../../core/learning-role.ts';
import type { PeerHistory } from '../../../core/peer-history.ts';
import { JudgedWrites } from '../../../core/requests/judged-writes.ts';
import { AckTable } from '../../../core/zab/ack-table.ts';
import { FastLeaderElection } from '../../../core/zab/election/fast-leader-election.ts';
import { LearnerHandler } from '../../../core/zab/learner-handler.ts';
import { ServerState } from '../../../protocol/records/election.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';
import { observed } from './observed.ts';

function isReallySettled(history: PeerHistory): boolean {
  const prototype = Object.getPrototypeOf(history) as PeerHistory;
  return Object.getOwnPropertyDescriptor(prototype, 'isSettled')?.get?.call(history) === true;
}

export const zabMutants: readonly EnsembleMutant[] = [
  {
    name: 'commit-by-one',
    text: 'An entry counts as committed when the first server has it on its disk.',
    like: 'P16',
    seeds: 20,
    hooks: () => {
      const { prototype } = AckTable;
      const { set, quorumZxid } = prototype;
      const highest = new WeakMap<AckTable, number>();
      prototype.set = function (sid, zxid) {
        highest.set(this, Math.max(highest.get(this) ?? -1, zxid));
        set.call(this, sid, zxid);
      };
      prototype.quorumZxid = function () {
        return highest.get(this) ?? -1;
      };
      return {
        restore() {
          prototype.set = set;
          prototype.quorumZxid = quorumZxid;
        },
      };
    },
  },
  {
    name: 'observer-in-quorum',
    text: 'Observers count where a quorum is asked for.',
    like: 'P1, P16; 764, 769, 2959',
    seeds: 60,
    config: (config) => ({
      ...observed(config),
      observerMaster: null,
      faults: { ...config.faults, partitions: true, kill: true },
    }),
    hooks: () => ({
      members(members) {
        const voters = new Set([...members.voters, ...members.observers]);
        const needed = Math.floor(members.voters.size / 2) + 1;
        const containsQuorum = (acks: ReadonlySet<number>) =>
          [...acks].filter((sid) => voters.has(sid)).length >= needed;
        return Object.assign(members, { voters, containsQuorum });
      },
    }),
  },
  {
    name: 'no-trunc',
    text: 'A former leader with an entry too much gets DIFF, not TRUNC.',
    like: 'P12, P14; 1154',
    seeds: 200,
    hooks: () => {
      const { prototype } = LearnerHandler;
      const { synchronize } = prototype;
      prototype.synchronize = function (plan, openSnapshot) {
        const kept = plan.kind === 'TRUNC' ? ({ ...plan, kind: 'DIFF' } as const) : plan;
        synchronize.call(this, kept, openSnapshot);
      };
      return {
        restore() {
          prototype.synchronize = synchronize;
        },
      };
    },
  },
  {
    name: 'snap-zxid-early',
    text: 'SNAP names the zxid before the last that is in the snapshot.',
    like: 'P18; 3104',
    seeds: 100,
    hooks: () => ({
      onHistory(history) {
        const open = history.snapshotBytes.bind(history);
        history.snapshotBytes = () => {
          const sending = open();
          const { zxid } = sending;
          Object.defineProperty(sending, 'zxid', { value: Math.max(0, zxid - 1) });
          return sending;
        };
      },
    }),
  },
  {
    name: 'diff-over-gap',
    text: 'A DIFF comes from a log that begins behind where the learner ends.',
    like: 'P14; 2418, 2846',
    seeds: 300,
    hooks: () => ({
      onHistory(history) {
        const read = history.readLog.bind(history);
        history.readLog = (after) => read(after) ?? read(Math.max(after, history.historyFrom));
      },
    }),
  },
  {
    name: 'synced-not-in-committed-log',
    text: 'What a learner is brought up to date with does not come into its committed log.',
    like: 'P14; 4925',
    seeds: 200,
    hooks: () => {
      const serving = new WeakMap<PeerHistory, () => boolean>();
      const isServing = (history: PeerHistory) => serving.get(history)?.() ?? true;
      return {
        onPeer: (peer) => serving.set(peer.history, () => peer.mode !== null),
        onHistory(history) {
          const note = history.committed.bind(history);
          history.committed = (zxid, payload) => {
            if (isServing(history)) note(zxid, payload);
            else history.committedLog.clear();
          };
          const entries = history.committedLog.entries.bind(history.committedLog);
          let before: ReturnType<typeof entries> = [];
          history.committedLog.entries = () => {
            const now = entries();
            // As if nothing had been cleared: the entries from before lie at its head.
            const first = now[0]?.zxid ?? Number.POSITIVE_INFINITY;
            const head = before.filter(({ zxid }) => zxid < first);
            before = [...head, ...now].slice(-200);
            return before;
          };
        },
      };
    },
  },
  {
    name: 'memory-over-looking',
    text: 'A server votes while its history is still being changed on the disk.',
    like: 'P17; 3642, 5094, 4712',
    seeds: 100,
    hooks: () => ({
      onPeer(peer) {
        Object.defineProperty(peer.history, 'isSettled', {
          get: () => peer.state === 'LOOKING' || isReallySettled(peer.history),
        });
      },
    }),
  },
  {
    name: 'memory-kept-over-election',
    text: 'What was logged and not committed is not applied before the election.',
    like: 'P17; 2845',
    seeds: 60,
    hooks: () => {
      const { prototype } = LearningRole;
      const { end } = prototype;
      prototype.end = function (reason) {
        end.call(this, reason);
        return [];
      };
      return {
        restore() {
          prototype.end = end;
        },
      };
    },
  },
  {
    name: 'vote-by-id',
    text: 'Of two votes with the same zxid the larger id wins, whatever the epochs.',
    like: 'L1, P10; 1419',
    seeds: 200,
    hooks: () => {
      const { prototype } = FastLeaderElection;
      const { onNotification } = prototype;
      prototype.onNotification = function (nowMs, from, notification) {
        const { proposal } = this;
        const isSimilar = notification.zxid === proposal.zxid;
        const isLooking = notification.state === ServerState.LOOKING && this.state === 'looking';
        const peerEpoch =
          isSimilar && isLooking && notification.leader > proposal.leader
            ? Math.max(notification.peerEpoch, proposal.peerEpoch)
            : notification.peerEpoch;
        onNotification.call(this, nowMs, from, { ...notification, peerEpoch });
      };
      return {
        restore() {
          prototype.onNotification = onNotification;
        },
      };
    },
  },
  {
    name: 'votes-of-another-round',
    text: 'The round in which a vote was cast is not looked at.',
    like: 'P19; 1514',
    seeds: 60,
    hooks: () => {
      const { prototype } = FastLeaderElection;
      const { onNotification } = prototype;
      prototype.onNotification = function (nowMs, from, notification) {
        const isCounted = notification.state === ServerState.LOOKING && this.state === 'looking';
        const electionEpoch = isCounted ? this.logicalClock : notification.electionEpoch;
        onNotification.call(this, nowMs, from, { ...notification, electionEpoch });
      };
      return {
        restore() {
          prototype.onNotification = onNotification;
        },
      };
    },
  },
  {
    name: 'marker-is-history',
    text: 'A server votes with the zxid that begins its epoch when it has no txn of it.',
    like: 'P15, P19; 2832',
    seeds: 60,
    hooks: () => {
      const { prototype } = FastLeaderElection;
      const { lookForLeader } = prototype;
      prototype.lookForLeader = function (nowMs, { zxid, peerEpoch }) {
        const marker = makeZxid(Math.max(0, peerEpoch), 0);
        lookForLeader.call(this, nowMs, { zxid: Math.max(zxid, marker), peerEpoch });
      };
      return {
        restore() {
          prototype.lookForLeader = lookForLeader;
        },
      };
    },
  },
  {
    name: 'zxid-rolls-over',
    text: 'A leader that has used up the counter of its epoch goes on.',
    like: 'P19; 1277',
    seeds: 60,
    hooks: () => ({
      onPeer(peer) {
        const requests: { zxidCounterEnd?: number } = peer.options.requests;
        delete requests.zxidCounterEnd;
      },
    }),
  },
  {
    name: 'exhausted-leader-stays',
    text: 'A leader that has used up the counter of its epoch gives out no more, and leads on.',
    like: 'L1; 1277',
    seeds: 60,
    hooks: () => {
      const { prototype } = JudgedWrites;
      const before = Object.getOwnPropertyDescriptor(prototype, 'isZxidExhausted');
      Object.defineProperty(prototype, 'isZxidExhausted', { configurable: true, get: () => false });
      return {
        restore() {
          if (before) Object.defineProperty(prototype, 'isZxidExhausted', before);
        },
      };
    },
  },
  {
    name: 'vote-not-updated',
    text: 'After synchronization some members still tell the epoch of the election.',
    like: 'L1; 1732, 1805',
    seeds: 60,
    hooks: () => ({
      onPeer(peer, sid) {
        if (sid % 2 === 1) peer.election.updateVote = () => {};
      },
    }),
  },
];
