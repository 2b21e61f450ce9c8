/** Settings of the AdminServer, which answers over HTTP. */
import { host, int, laxBoolean, port, urlPath } from '../value-kinds.ts';
import { property } from './setting.ts';

export const adminSettings = {
  /** Compat: not on by itself, as since 3.10: who can reach it learns much, and may ask for more. */
  isEnabled: property('admin.enableServer', {
    kind: laxBoolean,
    default: false,
    meaning: 'Answer operators over HTTP. (ZooKeeper 3.9 does unless told not to.)',
  }),
  address: property('admin.serverAddress', {
    kind: host,
    default: '127.0.0.1',
    meaning: 'Where the AdminServer listens. (ZooKeeper: everywhere.)',
  }),
  port: property('admin.serverPort', {
    kind: port,
    default: 8080,
    meaning: 'Port of the AdminServer; 0: a free one.',
  }),
  idleTimeoutMs: property('admin.idleTimeout', {
    kind: int({ min: 1 }),
    default: 30_000,
    unit: 'ms',
    meaning: 'How long nothing may move on a connection of the AdminServer.',
  }),
  commandUrl: property('admin.commandURL', {
    kind: urlPath,
    default: '/commands',
    meaning: 'Path below which the commands are.',
  }),
  httpVersion: property('admin.httpVersion', {
    kind: int(),
    default: 11,
    support: 'accepted',
    meaning: 'HTTP version; it is 1.1.',
  }),
  isHttpsForced: property('admin.forceHttps', {
    kind: laxBoolean,
    default: false,
    meaning: 'HTTPS alone, with the keys and the trust of `ssl.quorum.*`.',
  }),
  isPortUnified: property('admin.portUnification', {
    kind: laxBoolean,
    default: false,
    meaning: 'HTTPS and HTTP on one port.',
  }),
  needsClientCertificate: property('admin.needClientAuth', {
    kind: laxBoolean,
    default: false,
    meaning: 'By HTTPS only who has a trusted certificate is let in.',
  }),
  isSnapshotEnabled: property('admin.snapshot.enabled', {
    kind: laxBoolean,
    default: true,
    meaning: 'Allow the command `snapshot`, to who may do everything with the node `/`.',
  }),
  rateLimiterInterval: property('admin.rateLimiterIntervalInMS', {
    kind: int({ min: 0 }),
    default: 300_000,
    unit: 'µs',
    meaning: 'Least time between two snapshots by command: as in ZooKeeper in microseconds.',
  }),
};
