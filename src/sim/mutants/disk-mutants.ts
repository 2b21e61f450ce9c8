/** Broken ways of writing: acknowledging too early, hiding errors, leaving things out. */
import type { DiskOp } from '../../core/storage/disk.ts';
import { IntField } from '../../core/tree/node-store.ts';
import { readerThatStopsAtZeros } from './blind-readers.ts';
import type { Mutant } from './mutant.ts';

function mapOps(change: (op: DiskOp) => DiskOp): Pick<ReturnType<Mutant['hooks']>, 'ops'> {
  return { ops: (ops) => ops.map(change) };
}

export const diskMutants: readonly Mutant[] = [
  {
    name: 'reply-before-fsync',
    text: 'A txn is applied and answered when its write begins.',
    like: 'P15, D1; the family of 3911, 4646',
    seeds: 5,
    hooks: () => ({
      ops(ops, server) {
        for (const op of ops) {
          if (op.kind === 'writeFile')
            server.processor.writes.onCommitted(server.storage.lastAppended);
        }
        return ops;
      },
    }),
  },
  {
    name: 'no-fsync',
    text: 'Log writes are not synced.',
    like: 'P15, D1',
    seeds: 5,
    hooks: () => mapOps((op) => (op.kind === 'writeFile' ? { ...op, sync: false } : op)),
  },
  {
    name: 'fsync-error-ignored',
    text: 'A failed write of the log counts as done.',
    like: 'D6; 4882, 1109',
    seeds: 60,
    hooks: () => ({
      done: (op, done) => (op.kind === 'writeFile' && !done.ok ? { id: done.id, ok: true } : done),
    }),
  },
  {
    name: 'disk-full-ignored',
    text: 'ENOSPC counts as done, wherever it comes.',
    like: 'D7; 3701',
    seeds: 60,
    hooks: () => ({
      done: (_op, done) => (!done.ok && done.code === 'ENOSPC' ? { id: done.id, ok: true } : done),
    }),
  },
  {
    name: 'no-directory-fsync',
    text: 'The entry of a new log file is never synced.',
    like: 'D1; open in ZooKeeper',
    seeds: 5,
    hooks: () => ({
      ops: (ops) =>
        ops.map((op): DiskOp => {
          if (op.kind !== 'syncDirectory' || op.directory !== 'log') return op;
          return { kind: 'inspect', id: op.id, lane: op.lane };
        }),
    }),
  },
  {
    name: 'zeros-are-the-end',
    text: 'Recovery takes a zeroed page for the end of the log.',
    like: 'D4, D5; open in ZooKeeper',
    seeds: 300,
    hooks: () => ({ reader: readerThatStopsAtZeros }),
  },
  {
    name: 'snapshot-zxid-early',
    text: 'A snapshot claims the zxid of a txn that is not in it.',
    like: 'D8; 1090, 3127',
    seeds: 30,
    hooks: () => ({
      onServer({ storage }) {
        const take = storage.takeSnapshot.bind(storage);
        storage.takeSnapshot = (source) =>
          take(source.zxid === 0 ? source : { ...source, zxid: source.zxid + 1 });
      },
    }),
  },
  {
    name: 'snapshot-without-sessions',
    text: 'The session table is missing in snapshots.',
    like: 'E1; 3144',
    seeds: 30,
    hooks: () => ({
      onServer({ storage }) {
        const take = storage.takeSnapshot.bind(storage);
        storage.takeSnapshot = (source) => take({ ...source, sessions: [] });
      },
    }),
  },
  {
    name: 'snapshot-without-fsync',
    text: 'A snapshot is renamed before its bytes are synced.',
    like: 'D1; 2872',
    seeds: 300,
    hooks: () => mapOps((op) => (op.kind === 'finishSnapshot' ? { ...op, sync: false } : op)),
  },
  {
    name: 'purge-by-count',
    text: 'A purge keeps the newest snapshots, whole or not.',
    like: 'D9; 3231, 2574',
    seeds: 300,
    hooks: () => ({
      done(_op, done) {
        if (!done.ok || done.files === undefined) return done;
        const tail = Uint8Array.from([0, 0, 0, 1, 0x2f]);
        const head = Uint8Array.from([0x1f, 0x8b]);
        return { ...done, files: done.files.map((file) => ({ ...file, size: 100, head, tail })) };
      },
    }),
  },
  {
    name: 'cversion-regress',
    text: 'After a restart a parent counts its children anew.',
    like: 'H13, P18; 3249, 1046',
    seeds: 30,
    hooks: (prng) => ({
      onRecovered({ database: { tree } }) {
        const parents = tree.childrenOf(tree.root).filter((id) => {
          return tree.childCountOf(id) > 0 && tree.nameOf(id) !== 'zookeeper';
        });
        if (parents.length === 0) return;
        const id = prng.pick(parents);
        tree.nodes.setInt(id, IntField.cversion, tree.persistedStat(id).cversion - 1);
      },
    }),
  },
];
