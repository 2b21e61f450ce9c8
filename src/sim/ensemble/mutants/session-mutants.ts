/** Broken service to clients: sessions, syncs, order of replies, states that part. */

import { LeadingRole } from '../../../core/leading-role.ts';
import { LearningRole } from '../../../core/learning-role.ts';
import type { QuorumPeer } from '../../../core/quorum-peer.ts';
import { ClientConnection } from '../../../core/requests/client-connection.ts';
import { LearnerSessionTracker } from '../../../core/sessions/learner-session-tracker.ts';
import { LeadershipCheck } from '../../../core/zab/leading/leadership-check.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { corruptedFrames } from '../../mutants/corrupted-frames.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

/** Calls back when the server begins to serve, and before anybody is served. */
function whenServing(peer: QuorumPeer, action: () => void): void {
  const take = peer.takeEvents.bind(peer);
  peer.takeEvents = () => {
    const events = take();
    if (events.some(({ kind }) => kind === 'serving')) action();
    return events;
  };
}

export const sessionMutants: readonly EnsembleMutant[] = [
  {
    name: 'canary',
    text: 'Now and then one byte of a long reply is wrong: the simulator must see that.',
    like: 'none; it proves that failures are reported',
    seeds: 5,
    hooks: (prng) => ({ frames: (frames) => corruptedFrames(frames, prng) }),
  },
  {
    name: 'last-zxid-unchecked',
    text: 'A client that has seen a later state than this server is served.',
    like: 'H6; ClickHouse Keeper before 25.12',
    seeds: 100,
    hooks: () => ({
      connectRequest(bytes) {
        const changed = bytes.slice();
        changed.fill(0, 8, 16);
        return changed;
      },
    }),
  },
  {
    name: 'sync-answered-early',
    text: 'A follower answers a sync by itself.',
    like: 'H9; 108',
    seeds: 60,
    hooks: () => ({
      onPeer: (peer) =>
        whenServing(peer, () => {
          const { role } = peer;
          const processor = role instanceof LearningRole ? role.processor : null;
          if (processor === null) return;
          processor.writes.sync = (connection, operation, xid) => {
            processor.reads.take(connection, operation, xid);
          };
        }),
    }),
  },
  {
    name: 'sync-unconfirmed',
    text: 'With sync.quorum a leader takes for granted that it is still followed.',
    like: 'H9; 1675',
    seeds: 300,
    hooks: () => {
      const { prototype } = LeadershipCheck;
      const { isConfirmed } = prototype;
      prototype.isConfirmed = () => true;
      return {
        restore() {
          prototype.isConfirmed = isConfirmed;
        },
      };
    },
  },
  {
    name: 'session-moved-unchecked',
    text: 'A write counts, although its session has been taken up at another server.',
    like: 'E7; 484, 710, 907, 2886',
    seeds: 2000,
    hooks: () => ({
      onPeer: (peer) =>
        whenServing(peer, () => {
          const { role } = peer;
          const writes = role instanceof LeadingRole ? role.processor?.writes : undefined;
          if (writes === undefined) return;
          const anybody = writes;
          const { revalidate, submitForwarded } = writes;
          writes.revalidate = (id, timeoutMs) => {
            return revalidate.call(writes, id, timeoutMs, anybody);
          };
          writes.submitForwarded = (request) => {
            submitForwarded.call(writes, { ...request, owner: anybody });
          };
        }),
    }),
  },
  {
    name: 'learner-expires-sessions',
    text: 'A follower ends sessions of which it has not heard.',
    like: 'E4; 3863',
    seeds: 60,
    hooks: (prng) => ({
      onPeer(peer) {
        const tick = peer.tick.bind(peer);
        peer.tick = () => {
          tick();
          const { role, mode } = peer;
          if (mode !== 'follower' || !(role instanceof LearningRole) || !prng.chance(0.02)) return;
          const [session] = peer.history.database.sessionsWithTimeouts.keys();
          if (session === undefined) return;
          const type = OpCode.closeSession;
          const body = new Uint8Array(0);
          role.learner.forward({ sessionId: session, cxid: 0, type, body, authinfo: [] });
        };
      },
    }),
  },
  {
    name: 'touches-not-told',
    text: 'A follower does not tell its leader which sessions it has heard of.',
    like: 'E4; 1367',
    seeds: 60,
    hooks: () => {
      const { prototype } = LearnerSessionTracker;
      const { takeTouched } = prototype;
      prototype.takeTouched = () => [];
      return {
        restore() {
          prototype.takeTouched = takeTouched;
        },
      };
    },
  },
  {
    name: 'reads-overtake-writes',
    text: 'A read does not wait for the writes of its own connection.',
    like: 'H5, H8; 1863',
    seeds: 10,
    hooks: () => {
      const { prototype } = ClientConnection;
      const before = Object.getOwnPropertyDescriptor(prototype, 'hasPendingWrites');
      Object.defineProperty(prototype, 'hasPendingWrites', {
        configurable: true,
        get: () => false,
      });
      return {
        restore() {
          if (before) Object.defineProperty(prototype, 'hasPendingWrites', before);
        },
      };
    },
  },
  {
    name: 'ephemeral-survives-on-one',
    text: 'On one server the end of a session leaves one of its ephemerals.',
    like: 'E1, P18; 3145, 5010',
    seeds: 60,
    hooks: () => ({
      onHistory(history, sid) {
        if (sid !== 2) return;
        const { database } = history;
        const { tree } = database;
        const apply = database.apply.bind(database);
        const remove = tree.delete.bind(tree);
        database.apply = (origin, txn) => {
          if (txn.type !== OpCode.closeSession) return apply(origin, txn);
          const [spared] = tree.ephemeralsOf(origin.clientId);
          tree.delete = (path, zxid) => (path === spared ? 0 : remove(path, zxid));
          try {
            return apply(origin, txn);
          } finally {
            tree.delete = remove;
          }
        };
      },
    }),
  },
];
