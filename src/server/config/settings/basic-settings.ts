/** The keys of zoo.cfg that every server has: directories, client port, time, clean-up. */
import { directory, int, oneOf, port, purgeInterval, strictBoolean, text } from '../value-kinds.ts';
import { fileKey, optional } from './setting.ts';

export const basicSettings = {
  dataDir: fileKey('dataDir', {
    kind: directory,
    default: '',
    defaultText: 'required',
    meaning: 'Directory of the snapshots (in `version-2`) and of `myid`.',
  }),
  dataLogDir: fileKey('dataLogDir', {
    kind: directory,
    default: '',
    defaultText: 'dataDir',
    meaning: 'Directory of the transaction logs; a disk of its own makes writes faster.',
  }),
  clientPort: fileKey('clientPort', {
    kind: optional(port),
    default: null,
    defaultText: 'none',
    meaning: 'TCP port for clients; 0 counts as not set, as in ZooKeeper.',
  }),
  clientPortAddress: fileKey('clientPortAddress', {
    kind: optional(text),
    default: null,
    defaultText: 'all addresses',
    meaning: 'Address (IPv4, IPv6 or host name) that the client port listens on.',
  }),
  secureClientPort: fileKey('secureClientPort', {
    kind: optional(port),
    default: null,
    defaultText: 'none',
    meaning: 'TCP port for clients that speak TLS.',
  }),
  secureClientPortAddress: fileKey('secureClientPortAddress', {
    kind: optional(text),
    default: null,
    defaultText: 'all addresses',
    meaning: 'Address that the secure client port listens on.',
  }),
  tickTimeMs: fileKey('tickTime', {
    kind: int({ min: 1 }),
    default: 3000,
    unit: 'ms',
    meaning: 'The basic unit of time: session buckets, and limits counted in ticks.',
  }),
  minSessionTimeoutMs: fileKey('minSessionTimeout', {
    kind: int({ min: -1 }),
    default: -1,
    defaultText: '2 ticks',
    unit: 'ms',
    meaning: 'The shortest session timeout that a client can get; -1 is the default.',
  }),
  maxSessionTimeoutMs: fileKey('maxSessionTimeout', {
    kind: int({ min: -1 }),
    default: -1,
    defaultText: '20 ticks',
    unit: 'ms',
    meaning: 'The longest session timeout that a client can get; -1 is the default.',
  }),
  maxClientCnxns: fileKey('maxClientCnxns', {
    kind: int({ min: 0 }),
    default: 60,
    meaning: 'Connections from one address at a time; 0 means no limit.',
  }),
  clientPortListenBacklog: fileKey('clientPortListenBacklog', {
    kind: int({ min: -1 }),
    default: -1,
    meaning: 'Length of the queue of connections not yet accepted; -1 leaves it to the system.',
  }),
  snapRetainCount: fileKey('autopurge.snapRetainCount', {
    kind: int({ min: 3, raise: true }),
    default: 3,
    unit: 'snapshots',
    meaning: 'Snapshots, with the logs that belong to them, that autopurge keeps.',
  }),
  purgeIntervalMs: fileKey('autopurge.purgeInterval', {
    kind: purgeInterval,
    default: 0,
    unit: 'hours unless it says ms, s, m, h or d',
    meaning: 'Time between two runs of autopurge; 0 or less switches it off.',
  }),
  jvmPauseMonitorEnabled: fileKey('jvm.pause.monitor', {
    kind: strictBoolean,
    default: false,
    support: 'accepted',
    meaning: 'Java watches its own pauses with this; stalls are always watched here.',
  }),
  jvmPauseWarnThresholdMs: fileKey('jvm.pause.warn-threshold.ms', {
    kind: int(),
    default: 10000,
    unit: 'ms',
    meaning: 'A longer stall of the server is a warning in the log.',
  }),
  jvmPauseInfoThresholdMs: fileKey('jvm.pause.info-threshold.ms', {
    kind: int(),
    default: 1000,
    unit: 'ms',
    meaning: 'A longer stall of the server is told to the log.',
  }),
  jvmPauseSleepTimeMs: fileKey('jvm.pause.sleep.time.ms', {
    kind: int(),
    default: 500,
    unit: 'ms',
    support: 'accepted',
    meaning: 'How long the thread that measures pauses sleeps.',
  }),
  electionAlg: fileKey('electionAlg', {
    kind: oneOf(['3']),
    default: '3',
    meaning: 'The leader election; only fast leader election (3) is left.',
  }),
};
