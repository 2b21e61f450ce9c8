/**
 * Keys that ZooKeeper knows and that change nothing here today: `accepted` ones never will, as
 * they tune a part of the Java server that does not exist here, `later` ones are not done yet:
 * Kerberos, and limits and delays of the ensemble. They are listed so that a file that works with
 * ZooKeeper starts without a warning about unknown keys, and so that the page tells the truth.
 */
import type { SettingPlace, SettingSupport } from './setting.ts';

export interface OtherSetting {
  readonly key: string;
  readonly place: SettingPlace;
  readonly support: SettingSupport;
  readonly defaultText: string;
  readonly meaning: string;
  /** Of the page, where it is not what the support says. */
  readonly section?: string;
}

type Row = readonly [key: string, defaultText: string, meaning: string];

const acceptedRows: readonly Row[] = [
  ['maxResponseCacheSize', '400', 'Cache of encoded getData answers; there is none here.'],
  ['maxGetChildrenResponseCacheSize', '400', 'Cache of encoded children lists; none here.'],
  ['intBufferStartingSizeBytes', '1024', 'First size of a buffer of the Java server.'],
  ['watchManagerName', 'WatchManager', 'Class that keeps watches; the one here is compact.'],
  ['watcherCleanThreadsNum', '2', 'Threads that clear dead watchers.'],
  ['watcherCleanThreshold', '1000', 'Dead watchers that start the clearing.'],
  ['watcherCleanIntervalInSeconds', '600', 'Time between two clearings.'],
  ['maxInProcessingDeadWatchers', '-1', 'Dead watchers waiting for the clearing.'],
  ['bitHashCacheSize', '10', 'Cache of the optimised watch manager.'],
  ['serverCnxnFactory', 'NIOServerCnxnFactory', 'Class that serves the client port.'],
  ['nio.numSelectorThreads', 'by cores', 'Selector threads of the Java server.'],
  ['nio.numWorkerThreads', 'by cores', 'Worker threads of the Java server.'],
  ['nio.directBufferBytes', '65536', 'Direct buffer of the Java server.'],
  ['nio.shutdownTimeout', '5000', 'How long the worker threads may take to stop.'],
  ['netty.advancedFlowControl.enabled', 'false', 'Flow control of the Netty factory.'],
  ['netty.server.earlyDropSecureConnectionHandshakes', 'false', 'Drop TLS without a server.'],
  ['messageTracker.Enabled', 'false', 'Keep the last messages of a learner for the log.'],
  ['messageTracker.BufferSize', '10', 'How many of them.'],
  ['pathStats.enabled', 'false', 'Count the hottest paths.'],
  ['pathStats.slotCapacity', '60', 'Slots of that count.'],
  ['pathStats.slotDuration', '15', 'Seconds per slot.'],
  ['pathStats.maxDepth', '6', 'Depth of the counted paths.'],
  ['pathStats.sampleRate', '0.1', 'Share of counted requests.'],
  ['pathStats.initialDelay', '5', 'Minutes until the first count.'],
  ['pathStats.delay', '5', 'Minutes between two counts.'],
  ['pathStats.topPathMax', '20', 'How many paths are shown.'],
  ['jmx.log4j.disable', 'false', 'Log4j beans of the Java server.'],
  ['commitProcessor.numWorkerThreads', 'cores', 'Threads of the commit processor.'],
  ['commitProcessor.shutdownTimeout', '5000', 'How long they may take to stop.'],
  ['commitProcessor.maxReadBatchSize', '-1', 'Reads between two commits.'],
  ['commitProcessor.maxCommitBatchSize', '1', 'Commits in a row.'],
  ['leader.closeSocketAsync', 'false', 'Close sockets of learners in a thread.'],
  ['learner.closeSocketAsync', 'false', 'Close the socket to the leader in a thread.'],
  ['learner.asyncSending', 'false', 'Send to the leader in a thread.'],
  ['kinit', '/usr/bin/kinit', 'Program that renews Kerberos tickets.'],
  ['requireKerberosConfig', 'false', 'Refuse to start without a Kerberos configuration.'],
  ['test.allowDiscontinuousProposals', 'false', 'Test switch of the Java server.'],
  ['testingonly.initialZxid', 'none', 'Test switch of the Java server.'],
  ['controllerPort', 'none', 'Test switch of the Java server.'],
  ['forceSnapshotSync', 'false', 'Test switch of the Java server.'],
  ['admin.restore.enabled', 'true', 'The command restore of the AdminServer, refused here.'],
  ['log.file', 'none', 'Name of the log file; logs go to standard error here.'],
  ['log.threshold', 'INFO', 'Level of the log file; see ZOOID_LOG_LEVEL.'],
  ['root.logger', 'INFO,CONSOLE', 'Where to log from which level; the level counts.'],
  ['console.threshold', 'INFO', 'Level of the console log; see ZOOID_LOG_LEVEL.'],
];

const laterRows: readonly Row[] = [
  ['leaderServes', 'yes', 'With `no`, the leader takes no clients.'],
  ['leader.maxTimeToWaitForEpoch', '-1', 'How long a new leader waits for followers.'],
  ['leader.ackLoggingFrequency', '1000', 'How often latencies of acknowledgements are logged.'],
  ['leader.maxConcurrentSnapSyncs', '10', 'Snapshots sent to learners at a time.'],
  ['leader.maxConcurrentDiffSyncs', '100', 'Differences sent to learners at a time.'],
  ['leaderConnectDelayDuringRetryMs', '100', 'Pause between two tries to reach the leader.'],
  ['observer.election.DelayMs', '200', 'How long an observer waits for an election.'],
  ['observer.syncEnabled', 'syncEnabled', 'Wins over syncEnabled.'],
  ['forward_learner_requests_to_commit_processor_disabled', 'false', 'Skip failed forwards.'],
  ['follower.skipLearnerRequestToNextProcessor', 'false', 'Experimental.'],
  ['kerberos.removeHostFromPrincipal', 'false', 'Form of Kerberos names.'],
  ['kerberos.removeRealmFromPrincipal', 'false', 'Form of Kerberos names.'],
  ['kerberos.canonicalizeHostNames', 'false', 'Form of host names for Kerberos.'],
  ['kerberos.minReLoginTimeMs', '60000', 'Least time between two logins.'],
  ['security.auth_to_local', 'DEFAULT', 'Rules that map Kerberos names.'],
  ['fips-mode', 'true', 'Only what FIPS allows.'],
];

/** Families of keys; what follows the prefix is free. */
const accessRows: readonly Row[] = [
  ['authProvider.', 'none', 'Registers a further scheme, by the name of the class of ZooKeeper.'],
  ['superUser.', 'none', 'As superUser, for a further user each.'],
];

const metricsRows: readonly Row[] = [
  ['metricsProvider.', 'none', 'Threads, queues and TLS of the Java provider.'],
];

const ensembleRows: readonly Row[] = [
  ['server.', 'none', 'A server: `host:quorumPort:electionPort[:role][;[host:]clientPort]`.'],
  ['group.', 'none', 'Servers that vote as a group.'],
  ['weight.', '1', 'How much the vote of a server counts.'],
];

const systemRows: readonly Row[] = [
  ['leader.nodelay', 'true', 'Send packets to followers at once.'],
  ['follower.nodelay', 'true', 'Send packets to the leader at once.'],
];

interface RowUse {
  readonly place: SettingPlace;
  readonly support: SettingSupport;
  readonly section?: string;
}

const rowsAs = (rows: readonly Row[], use: RowUse): OtherSetting[] =>
  rows.map(([key, defaultText, meaning]) => ({ key, defaultText, meaning, ...use }));

export const otherSettings: readonly OtherSetting[] = [
  ...rowsAs(acceptedRows, { place: 'property', support: 'accepted' }),
  ...rowsAs(laterRows, { place: 'property', support: 'later' }),
  ...rowsAs(systemRows, { place: 'system', support: 'later' }),
];

/** Keys that end in a dot: a prefix. */
export const settingFamilies: readonly OtherSetting[] = [
  ...rowsAs(accessRows, { place: 'property', support: 'supported', section: 'access' }),
  ...rowsAs(metricsRows, { place: 'file', support: 'accepted' }),
  ...rowsAs(ensembleRows, { place: 'file', support: 'supported' }),
];
