/** Broken promises: something is said before it is on the disk. */
import { LearningRole } from '../../../core/learning-role.ts';
import type { HistoryEvent, PeerHistory } from '../../../core/peer-history.ts';
import type { QuorumPeer } from '../../../core/quorum-peer.ts';
import type { DiskOp } from '../../../core/storage/disk.ts';
import { type EpochName, EpochWriter } from '../../../core/storage/history/epoch-files.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

/** Says that an epoch is saved with the next thing that the disk does, and saves it never. */
function pretendEpoch(history: PeerHistory, which: EpochName, isPretended: () => boolean): void {
  const method = which === 'accepted' ? 'saveAcceptedEpoch' : 'saveCurrentEpoch';
  const save = history[method].bind(history);
  const onDiskDone = history.onDiskDone.bind(history);
  const prototype = Object.getPrototypeOf(history) as PeerHistory;
  const real = Object.getOwnPropertyDescriptor(prototype, 'epochs')?.get;
  let pretended = -1;
  let isDue = false;
  history[method] = (epoch) => {
    if (!isPretended()) return save(epoch);
    pretended = epoch;
    isDue = true;
    history.purge();
  };
  Object.defineProperty(history, 'epochs', {
    get: () => {
      const { accepted, current } = real?.call(history) ?? { accepted: 0, current: 0 };
      const shown = Math.max(pretended, which === 'accepted' ? accepted : current);
      return which === 'accepted' ? { accepted: shown, current } : { accepted, current: shown };
    },
  });
  history.onDiskDone = (done) => {
    const events = onDiskDone(done);
    if (!isDue) return events;
    isDue = false;
    return [...events, { kind: 'epochSaved', which, epoch: pretended }];
  };
}

/** Everything that is appended counts as synced. */
function pretendSynced(history: PeerHistory, isPretended: () => boolean): void {
  const prototype = Object.getPrototypeOf(history) as PeerHistory;
  const real = Object.getOwnPropertyDescriptor(prototype, 'lastSynced')?.get;
  Object.defineProperty(history, 'lastSynced', {
    get: () => (isPretended() ? history.lastZxid : real?.call(history)),
  });
}

function isSettling({ role }: QuorumPeer): boolean {
  return role instanceof LearningRole && role.learner.stage === 'settling';
}

/** No epoch waits for the history that it speaks of. Returns what undoes that. */
function saveEpochsAtOnce(): () => void {
  const { prototype } = EpochWriter;
  const { save } = prototype;
  prototype.save = function (which, epoch) {
    save.call(this, which, epoch);
  };
  return () => {
    prototype.save = save;
  };
}

/** That the current epoch is saved is told when the history is, too. */
function holdEpochBack(history: PeerHistory): void {
  const prototype = Object.getPrototypeOf(history) as PeerHistory;
  const real = Object.getOwnPropertyDescriptor(prototype, 'lastSynced')?.get;
  const onDiskDone = history.onDiskDone.bind(history);
  let held: HistoryEvent[] = [];
  let after = -1;
  history.onDiskDone = (done) => {
    const events: HistoryEvent[] = [];
    for (const event of onDiskDone(done)) {
      const isHeld = event.kind === 'epochSaved' && event.which === 'current';
      if (isHeld) after = history.lastZxid;
      (isHeld ? held : events).push(event);
    }
    if (held.length === 0 || real?.call(history) < after) return events;
    events.push(...held);
    held = [];
    return events;
  };
}

function mapOps(change: (op: DiskOp) => DiskOp) {
  return { ops: (ops: readonly DiskOp[]) => ops.map(change) };
}

export const promiseMutants: readonly EnsembleMutant[] = [
  {
    name: 'ack-before-fsync',
    text: 'A follower acknowledges all that it has logged, on the disk or not.',
    like: 'P15; the family of 3911, 4646',
    seeds: 20,
    hooks: () => ({ onHistory: (history) => pretendSynced(history, () => true) }),
  },
  {
    name: 'no-fsync',
    text: 'Writes of the log are not synced.',
    like: 'P15, P16, D1',
    seeds: 10,
    hooks: () => mapOps((op) => (op.kind === 'writeFile' ? { ...op, sync: false } : op)),
  },
  {
    name: 'newleader-before-log',
    text: 'The current epoch is saved, and NEWLEADER acknowledged, before the history is synced.',
    like: 'P15; 3911, 4646',
    seeds: 60,
    hooks: () => ({
      onPeer: (peer) => pretendSynced(peer.history, () => isSettling(peer)),
      restore: saveEpochsAtOnce(),
    }),
  },
  {
    name: 'epoch-before-history',
    text: 'The current epoch is saved before the history, and acknowledged after both.',
    like: 'P10, P12; 4643',
    seeds: 60,
    hooks: () => ({
      onPeer(peer) {
        pretendSynced(peer.history, () => isSettling(peer));
        holdEpochBack(peer.history);
      },
      restore: saveEpochsAtOnce(),
    }),
  },
  {
    name: 'current-epoch-late',
    text: 'A follower acknowledges NEWLEADER without saving its current epoch.',
    like: 'P15; 1282',
    seeds: 20,
    hooks: () => ({ onHistory: (history) => pretendEpoch(history, 'current', () => true) }),
  },
  {
    name: 'accepted-epoch-unsaved',
    text: 'The accepted epoch is shown, and not saved.',
    like: 'P1, P15; 1291',
    seeds: 20,
    hooks: () => ({ onHistory: (history) => pretendEpoch(history, 'accepted', () => true) }),
  },
  {
    name: 'epoch-without-fsync',
    text: 'The files of the epochs are not synced, nor is their directory.',
    like: 'P2, P15; 1653, 2354',
    seeds: 20,
    hooks: () =>
      mapOps((op) => {
        if (op.lane !== 'epoch') return op;
        if (op.kind === 'patchFile') return { ...op, sync: false };
        return op.kind === 'syncDirectory' ? { kind: 'inspect', id: op.id, lane: op.lane } : op;
      }),
  },
  {
    name: 'snap-without-fsync',
    text: "The leader's snapshot is not synced before NEWLEADER is acknowledged.",
    like: 'P15; 2872',
    seeds: 60,
    hooks: () => ({
      ops: (ops, { mode, state }) =>
        ops.map((op) => {
          const isSync = mode === null && (state === 'FOLLOWING' || state === 'OBSERVING');
          return isSync && op.kind === 'finishSnapshot' ? { ...op, sync: false } : op;
        }),
    }),
  },
  {
    name: 'fsync-error-ignored',
    text: 'A failed write of the log counts as done.',
    like: 'D6, P17; 4882, 1109',
    seeds: 100,
    hooks: () => ({
      done: (op, done) => (op.kind === 'writeFile' && !done.ok ? { id: done.id, ok: true } : done),
    }),
  },
  {
    name: 'trunc-keeps-snapshots',
    text: 'TRUNC leaves snapshots that are newer than where it cuts.',
    like: 'D10, P12; 4837',
    seeds: 60,
    hooks: () =>
      mapOps((op) => {
        const isNewer = op.kind === 'unlinkFile' && op.name.startsWith('snapshot.');
        return isNewer && op.lane === 'log' ? { kind: 'inspect', id: op.id, lane: op.lane } : op;
      }),
  },
];
