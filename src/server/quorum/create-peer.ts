/** From the configuration and what is on the disk to a peer. */
import { Prng } from '../../base/prng.ts';
import { PeerHistory } from '../../core/peer-history.ts';
import { type PeerParts, QuorumPeer } from '../../core/quorum-peer.ts';
import { ServerStats } from '../../core/requests/connection-stats.ts';
import type { RequestOptions } from '../../core/requests/request-options.ts';
import type { QuorumLink } from '../../core/zab/quorum-link.ts';
import { FileDirectoryReader } from '../../io/disk/file-directory-reader.ts';
import { createAccessRules } from '../auth/access-rules.ts';
import { readClocks } from '../clocks.ts';
import type { ServerConfig } from '../config/server-config.ts';
import {
  recoveryOptions,
  refuseDamagedData,
  reportLoadedData,
  warnOfSnappy,
} from '../disk/data-directory.ts';
import type { PeerFoundation } from '../ensemble-shell.ts';
import { requestOptions, standaloneOptions } from '../standalone-options.ts';
import { OracleFile } from './oracle-file.ts';
import type { QuorumPeer as PeerContract } from './peer-contract.ts';

/** How long to wait for a better vote (ZooKeeper's finalizeWait). */
const FINALIZE_WAIT_MS = 200;

export function createPeer(foundation: PeerFoundation): PeerContract<QuorumLink> {
  const { config, logger } = foundation;
  const myid = config.myid ?? 0;
  const stats = new ServerStats();
  return new QuorumPeer({
    stats,
    options: peerOptions(config, myid),
    config: foundation.ensemble,
    lastSeen: foundation.lastSeen,
    history: recoverHistory(foundation, myid, stats),
    access: createAccessRules(config, logger),
    now: readClocks(),
    prng: new Prng(Date.now()),
    askOracle: oracleOf(foundation),
    admitSession: (kind) => foundation.admitSession(kind),
  });
}

function oracleOf({ config, logger }: PeerFoundation): (() => boolean) | null {
  const { oraclePath } = config.quorum;
  if (oraclePath === null) return null;
  const file = new OracleFile(oraclePath, logger);
  return () => file.ask();
}

function peerOptions(config: ServerConfig, myid: number): PeerParts['options'] {
  const { quorum, ensemble } = config;
  const own = ensemble.servers.find(({ id }) => id === myid);
  return {
    zab: {
      myid,
      tickTimeMs: config.tickTimeMs,
      initLimitTicks: quorum.initLimitTicks,
      syncLimitTicks: quorum.syncLimitTicks,
      syncQuorum: quorum.syncQuorum,
    },
    requests: memberOptions(config, myid),
    readOnlyModeEnabled: config.requests.readOnlyModeEnabled,
    standaloneEnabled: quorum.standaloneEnabled,
    observerMaster:
      quorum.observerMasterPort > 0 ? { heldBytesMax: quorum.observerMasterSizeLimit } : null,
    observerReconnectDelayMs: quorum.observerReconnectDelayMs,
    election: {
      myid,
      // Compat: who is in no list, as before it joins, is a follower without a vote.
      isVoter: own?.role !== 'observer',
      minNotificationIntervalMs: quorum.minNotificationIntervalMs,
      maxNotificationIntervalMs: quorum.maxNotificationIntervalMs,
      finalizeWaitMs: FINALIZE_WAIT_MS,
    },
  };
}

/** What is only in ensembles: a server alone knows of none of it. */
export function memberOptions(config: ServerConfig, myid: number): RequestOptions {
  const { localSessionsEnabled, localSessionsUpgradingEnabled } = config.quorum;
  return {
    ...requestOptions(config, myid),
    localSessionsEnabled,
    localSessionsUpgradingEnabled,
    enableEagerAclCheck: config.access.enableEagerAclCheck,
  };
}

function recoverHistory(
  { config, logger, paths }: PeerFoundation,
  myid: number,
  stats: ServerStats,
): PeerHistory {
  warnOfSnappy(config, logger);
  const startedMs = performance.now();
  const result = PeerHistory.recover({
    options: {
      ...standaloneOptions(config, requestOptions(config, myid)),
      commitLogCount: config.quorum.commitLogCount,
      snapshotSizeFactor: config.quorum.snapshotSizeFactor,
    },
    prng: new Prng(Date.now()),
    reader: new FileDirectoryReader(paths),
    recovery: recoveryOptions({ config, logger, paths }),
  });
  for (const warning of result.warnings) logger.warn(warning);
  if (!result.ok) return refuseDamagedData(result);
  const { history, recovered, digestMismatches } = result;
  reportLoadedData(
    {
      ...recovered,
      nodes: history.database.tree.nodeCount,
      durationMs: performance.now() - startedMs,
      digestMismatches,
    },
    { logger, stats },
  );
  return history;
}
