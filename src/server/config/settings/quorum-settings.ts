/** The keys for ensembles. What is not there yet is read and checked, so that a file is understood. */
import type { ServerRole } from '../server-specification.ts';
import { decimal, int, laxBoolean, oneOf, port, strictBoolean, text } from '../value-kinds.ts';
import { fileKey, optional, property } from './setting.ts';

const no = { kind: strictBoolean, default: false, support: 'later' } as const;
const yes = { kind: strictBoolean, default: true, support: 'later' } as const;

export const quorumSettings = {
  initLimitTicks: fileKey('initLimit', {
    kind: int({ min: 0 }),
    default: 0,
    defaultText: 'required',
    unit: 'ticks',
    meaning: 'How long a follower may take to connect to the leader and catch up.',
  }),
  syncLimitTicks: fileKey('syncLimit', {
    kind: int({ min: 0 }),
    default: 0,
    defaultText: 'required',
    unit: 'ticks',
    meaning: 'How far a follower may be behind the leader.',
  }),
  connectToLearnerMasterLimitTicks: fileKey('connectToLearnerMasterLimit', {
    kind: int({ min: 0 }),
    default: 0,
    defaultText: 'initLimit',
    unit: 'ticks',
    support: 'later',
    meaning: 'How long a learner tries to connect after an election.',
  }),
  peerType: fileKey('peerType', {
    kind: oneOf<ServerRole>(['participant', 'observer'], true),
    default: 'participant' as ServerRole,
    meaning: 'Whether this server votes; the list of servers counts.',
  }),
  syncEnabled: fileKey('syncEnabled', {
    ...yes,
    meaning: 'An observer writes logs and snapshots, too.',
  }),
  standaloneEnabled: fileKey('standaloneEnabled', {
    kind: strictBoolean,
    default: true,
    meaning: 'A list of one voter runs standalone; with `false` it is an ensemble of one.',
  }),
  reconfigEnabled: fileKey('reconfigEnabled', {
    kind: strictBoolean,
    default: false,
    meaning: 'Allow clients to change the ensemble.',
  }),
  dynamicConfigFile: fileKey('dynamicConfigFile', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'File with the `server`, `group` and `weight` keys.',
  }),
  observerMasterPort: fileKey('observerMasterPort', {
    kind: port,
    default: 0,
    meaning: 'Port on which followers feed observers, on every server; 0 switches it off.',
  }),
  observerMasterSizeLimit: property('observerMaster.sizeLimit', {
    kind: int({ min: 1 }),
    default: 33_554_432,
    unit: 'bytes',
    meaning: 'What a follower keeps for an observer that is still taking its snapshot.',
  }),
  observerReconnectDelayMs: property('observer.reconnectDelayMs', {
    kind: int({ min: 0 }),
    default: 0,
    unit: 'ms',
    meaning: 'An observer waits up to so long, by chance, before it connects.',
  }),
  quorumListenOnAllIPs: fileKey('quorumListenOnAllIPs', {
    kind: strictBoolean,
    default: false,
    meaning: 'Listen for servers on all addresses, not only the listed one.',
  }),
  localSessionsEnabled: fileKey('localSessionsEnabled', {
    ...no,
    support: 'supported',
    meaning: 'Sessions live on one server until they need the ensemble.',
  }),
  localSessionsUpgradingEnabled: fileKey('localSessionsUpgradingEnabled', {
    ...no,
    support: 'supported',
    meaning: 'A local session that creates an ephemeral node becomes a global one.',
  }),
  sslQuorum: fileKey('sslQuorum', {
    ...no,
    support: 'supported',
    meaning: 'Servers talk to each other by TLS.',
  }),
  sslQuorumPortUnification: fileKey('portUnification', {
    ...no,
    support: 'supported',
    meaning: 'The ports for servers take TLS and plain connections.',
  }),
  sslQuorumReloadCertFiles: fileKey('sslQuorumReloadCertFiles', {
    ...no,
    support: 'supported',
    meaning: 'Take changed key stores and trust stores of sslQuorum without a restart.',
  }),
  quorumAuthEnableSasl: fileKey('quorum.auth.enableSasl', {
    ...no,
    support: 'supported',
    meaning: 'A server that connects to this one may authenticate by SASL.',
  }),
  quorumAuthLearnerRequireSasl: fileKey('quorum.auth.learnerRequireSasl', {
    ...no,
    support: 'supported',
    meaning: 'This server authenticates where it connects to, and to no server that does not.',
  }),
  quorumAuthServerRequireSasl: fileKey('quorum.auth.serverRequireSasl', {
    ...no,
    support: 'supported',
    meaning: 'A server that connects to this one must authenticate.',
  }),
  quorumAuthLearnerLoginContext: fileKey('quorum.auth.learner.saslLoginContext', {
    kind: text,
    default: 'QuorumLearner',
    meaning: 'JAAS section with the user as whom this server connects.',
  }),
  quorumAuthServerLoginContext: fileKey('quorum.auth.server.saslLoginContext', {
    kind: text,
    default: 'QuorumServer',
    meaning: 'JAAS section with the users as whom servers may connect.',
  }),
  quorumAuthKerberosServicePrincipal: fileKey('quorum.auth.kerberos.servicePrincipal', {
    kind: text,
    default: 'zkquorum/localhost',
    support: 'later',
    meaning: 'Kerberos name of the servers.',
  }),
  quorumCnxnThreadsSize: fileKey('quorum.cnxn.threads.size', {
    kind: int({ min: 1 }),
    default: 20,
    support: 'accepted',
    meaning: 'Size of a thread pool of the Java server.',
  }),
  multiAddressEnabled: fileKey('multiAddress.enabled', {
    kind: strictBoolean,
    default: false,
    meaning: 'A server may have several addresses.',
  }),
  multiAddressReachabilityCheckEnabled: fileKey('multiAddress.reachabilityCheckEnabled', {
    kind: strictBoolean,
    default: true,
    support: 'accepted',
    meaning: 'Java tries the addresses of a server first; here they are dialled in their order.',
  }),
  multiAddressReachabilityCheckTimeoutMs: fileKey('multiAddress.reachabilityCheckTimeoutMs', {
    kind: int({ min: 1 }),
    default: 1000,
    unit: 'ms',
    support: 'accepted',
    meaning: 'How long such a try may take; `cnxTimeout` counts here.',
  }),
  oraclePath: fileKey('oraclePath', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'File whose first character is `1` where one of two servers may go on alone.',
  }),
  syncQuorum: property('sync.quorum', {
    kind: strictBoolean,
    default: false,
    meaning:
      'Not in ZooKeeper: the leader answers a `sync` when a quorum has confirmed that it leads.',
  }),
  checkAddresses: property('quorum.checkAddresses', {
    kind: strictBoolean,
    default: false,
    meaning:
      'Not in ZooKeeper: a member of the list is believed only from where its host resolves to.',
  }),
  cnxTimeoutMs: property('cnxTimeout', {
    kind: int({ min: 1 }),
    default: 5000,
    unit: 'ms',
    meaning: 'How long it may take to open a connection for the election.',
  }),
  quorumCnxnTimeoutMs: property('quorumCnxnTimeoutMs', {
    kind: int(),
    default: -1,
    defaultText: 'syncLimit',
    unit: 'ms',
    meaning: 'How long a server that connects for the election may take to say who it is.',
  }),
  electionPortBindRetry: property('electionPortBindRetry', {
    kind: int({ min: 0 }),
    default: 3,
    meaning: 'Tries, a second apart, to listen on the ports for servers; 0 means without end.',
  }),
  tcpKeepAlive: property('tcpKeepAlive', {
    kind: laxBoolean,
    default: false,
    meaning: 'Let the system probe connections between servers.',
  }),
  minNotificationIntervalMs: property('fastleader.minNotificationInterval', {
    kind: int({ min: 1 }),
    default: 200,
    unit: 'ms',
    meaning: 'After which time without a decision an election asks again, the first time.',
  }),
  maxNotificationIntervalMs: property('fastleader.maxNotificationInterval', {
    kind: int({ min: 1 }),
    default: 60000,
    unit: 'ms',
    meaning: 'The same at most: the time is doubled each time.',
  }),
  snapshotSizeFactor: property('snapshotSizeFactor', {
    kind: decimal({ min: -1, max: 1000 }),
    default: 0.33,
    meaning: 'How much of a snapshot a follower may lack to be brought up from the log; 0: any.',
  }),
  commitLogCount: property('commitLogCount', {
    kind: int({ min: 500, raise: true }),
    default: 500,
    unit: 'transactions',
    meaning: 'Committed transactions kept in memory for learners that are a little behind.',
  }),
};
