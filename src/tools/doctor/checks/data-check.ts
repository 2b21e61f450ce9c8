/**
 * The data: recovered as the server does it, in memory. Nothing is changed on the disk; what the
 * server will repair is told.
 */
import { existsSync } from 'node:fs';
import { Prng } from '../../../base/prng.ts';
import { describeZxid, type Zxid } from '../../../base/zxid.ts';
import { DatabaseRecovery } from '../../../core/database-recovery.ts';
import { PeerHistory } from '../../../core/peer-history.ts';
import { type RecoveryFailure, recover } from '../../../core/storage/recovery.ts';
import { directoryPaths } from '../../../io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../../io/disk/file-directory-reader.ts';
import type { ServerConfig } from '../../../server/config/server-config.ts';
import { recoveryOptions } from '../../../server/disk/data-directory.ts';
import { silentLogger } from '../../../server/logging/logger.ts';
import { requestOptions, standaloneOptions } from '../../../server/standalone-options.ts';
import type { Configuration } from '../../configuration.ts';
import { type Finding, Findings } from '../finding.ts';

export function checkData({ config }: Configuration): Finding[] {
  const findings = new Findings('data');
  if (config.storage.dbAutocreate && !existsSync(`${config.dataDir}/version-2`)) {
    findings.ok('there are none yet: the server begins empty');
    return findings.all;
  }
  const startedMs = performance.now();
  const result = load(config);
  for (const warning of result.warnings) {
    findings.warn(
      warning.replace(/\.$/, ''),
      'the server deals with it at its next start; if it runs now, it may be what it is writing',
    );
  }
  if (!result.ok) {
    const { file, offset, reason } = result;
    findings.fail(
      `damaged: ${file}, offset ${offset}: ${reason}`,
      'a member of an ensemble can get all from the others: move version-2 away and start it; else restore a backup',
    );
    return findings.all;
  }
  const { lastZxid, txns, nodes, digestMismatches } = result;
  if (lastZxid < 0) {
    findings.fail(
      'there are no data, and db.autocreate=false forbids to begin without',
      'run zkServer-initialize.sh, if this is a new server',
    );
    return findings.all;
  }
  for (const zxid of digestMismatches.slice(0, 8)) {
    findings.warn(
      `the tree after ${describeZxid(zxid)} has not the digest that the log expects`,
      'compare this server with the others (the word hash)',
    );
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  findings.ok(
    `loads in ${seconds} s: ${nodes} nodes, ${txns} transactions after the snapshot, up to ${describeZxid(lastZxid)}`,
  );
  return findings.all;
}

interface Loaded {
  readonly ok: true;
  readonly lastZxid: Zxid;
  readonly txns: number;
  readonly nodes: number;
  readonly digestMismatches: readonly Zxid[];
  readonly warnings: readonly string[];
}

/** A member of an ensemble has epochs beside its data. */
function load(config: ServerConfig): Loaded | RecoveryFailure {
  const paths = directoryPaths(config.dataDir, config.dataLogDir);
  const reader = new FileDirectoryReader(paths);
  const options = recoveryOptions({ config, logger: silentLogger, paths });
  const requests = requestOptions(config, config.myid ?? 1);
  if (!config.isDistributed) {
    const recovery = new DatabaseRecovery(requests);
    const result = recover(reader, options, recovery);
    reader.close();
    if (!result.ok) return result;
    const { digestMismatches, database } = recovery;
    return { ...result, digestMismatches, nodes: database.tree.nodeCount };
  }
  const result = PeerHistory.recover({
    options: standaloneOptions(config, requests),
    prng: new Prng(1),
    reader,
    recovery: options,
  });
  if (!result.ok) return result;
  const { history, recovered, digestMismatches, warnings } = result;
  return { ...recovered, digestMismatches, warnings, nodes: history.database.tree.nodeCount };
}
