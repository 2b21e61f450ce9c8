/** Settings of the transaction log, the snapshots and the start of the database. */
import { int, laxBoolean, long, oneOf, unlessNo } from '../value-kinds.ts';
import { optional, property } from './setting.ts';

export const storageSettings = {
  snapCount: property('snapCount', {
    kind: int({ min: 2, raise: true }),
    default: 100_000,
    unit: 'transactions',
    meaning: 'A snapshot is taken after between half of this and this many transactions.',
  }),
  snapSizeLimitKiB: property('snapSizeLimitInKb', {
    kind: long(),
    default: 4_194_304,
    unit: 'KiB',
    meaning: 'A snapshot is also taken after this much log; 0 or less switches this off.',
  }),
  preAllocSizeKiB: property('preAllocSize', {
    kind: int({ min: 0 }),
    default: 65536,
    unit: 'KiB',
    meaning: 'The log file grows in steps of this size, so that a write changes no file length.',
  }),
  txnLogSizeLimitKiB: property('txnLogSizeLimitInKb', {
    kind: long(),
    default: -1,
    unit: 'KiB',
    meaning: 'A log file larger than this is followed by a new one; 0 or less: no limit.',
  }),
  forceSync: property('forceSync', {
    kind: unlessNo,
    default: true,
    defaultText: 'yes',
    meaning: 'With `no`, answers do not wait for the disk: acknowledged writes can be lost.',
  }),
  fsyncWarningThresholdMs: property('fsync.warningthresholdms', {
    kind: long({ min: 0 }),
    default: 1000,
    unit: 'ms',
    meaning: 'A sync of the log that takes longer is logged and counted, and so is a request.',
  }),
  flushDelayMs: property('flushDelay', {
    kind: long({ min: 0 }),
    default: 0,
    unit: 'ms',
    support: 'accepted',
    meaning: 'How long a write may wait for others before the log is synced.',
  }),
  maxWriteQueuePollTimeMs: property('maxWriteQueuePollTime', {
    kind: optional(long({ min: 0 })),
    default: null,
    defaultText: 'a third of flushDelay',
    unit: 'ms',
    support: 'accepted',
    meaning: 'With a flushDelay: how long an empty queue is waited for before syncing.',
  }),
  maxBatchSize: property('maxBatchSize', {
    kind: int({ min: 1 }),
    default: 1000,
    unit: 'transactions',
    support: 'accepted',
    meaning: 'The log is synced when this many writes wait, flushDelay or not.',
  }),
  snapshotCompressionMethod: property('snapshot.compression.method', {
    kind: oneOf(['', 'gz', 'snappy']),
    default: '',
    defaultText: 'none',
    meaning:
      'Compression of new snapshots: gz or none; snappy is read, and gz written in its place.',
  }),
  snapshotTrustEmpty: property('snapshot.trust.empty', {
    kind: laxBoolean,
    default: false,
    meaning: 'Start from logs alone when there is no snapshot (upgrade from before 3.5).',
  }),
  digestEnabled: property('digest.enabled', {
    kind: laxBoolean,
    default: true,
    meaning: 'Keep the digest of the tree and write it to snapshots and logs.',
  }),
  serializeLastProcessedZxidEnabled: property('serializeLastProcessedZxid.enabled', {
    kind: laxBoolean,
    default: true,
    meaning: 'Write the last processed zxid to snapshots (3.9).',
  }),
  datadirAutocreate: property('datadir.autocreate', {
    kind: laxBoolean,
    default: true,
    meaning: 'Make missing data directories; with `false` a missing one refuses the start.',
  }),
  dbAutocreate: property('db.autocreate', {
    kind: laxBoolean,
    default: true,
    meaning: 'Start with an empty database when there is none and no `initialize` file.',
  }),
};
