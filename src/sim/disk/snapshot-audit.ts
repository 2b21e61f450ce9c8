/** D9: from each snapshot that a purge must keep, with the logs that are there, comes everything. */
import { DatabaseRecovery } from '../../core/database-recovery.ts';
import type { RequestOptions } from '../../core/requests/request-options.ts';
import { zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import { recover } from '../../core/storage/recovery.ts';
import { checkRecoveredState } from '../checkers/durability.ts';
import type { Violation } from '../history.ts';
import type { ModelTree } from '../model/model-tree.ts';
import { withoutSnapshots } from './older-snapshots.ts';
import type { SimDisk } from './sim-disk.ts';

export interface AuditFacts {
  readonly requests: RequestOptions;
  readonly retainCount: number;
  readonly hasSeparateLogDirectory: boolean;
  /** Snapshots that were never whole. */
  readonly planted: ReadonlySet<string>;
  readonly model: ModelTree;
}

export function auditSnapshots(
  disk: SimDisk,
  facts: AuditFacts,
): { count: number; violations: Violation[] } {
  const valid = disk
    .list('snapshot')
    .filter((name) => zxidOfSnapshotName(name) !== null && !isPlanted(disk, name, facts.planted))
    .sort((a, b) => (zxidOfSnapshotName(b) ?? 0) - (zxidOfSnapshotName(a) ?? 0));
  const hidden = new Set<string>();
  const violations: Violation[] = [];
  const retained = valid.slice(0, facts.retainCount);
  for (const name of retained) {
    violations.push(...auditOne(disk, name, { facts, hidden }));
    hidden.add(name);
  }
  return { count: retained.length, violations };
}

/** A name can be taken by a good snapshot later. */
function isPlanted(disk: SimDisk, name: string, planted: ReadonlySet<string>): boolean {
  return planted.has(name) && (disk.file('snapshot', name)?.size ?? 0) < 10;
}

function auditOne(
  disk: SimDisk,
  name: string,
  { facts, hidden }: { facts: AuditFacts; hidden: ReadonlySet<string> },
): Violation[] {
  const recovery = new DatabaseRecovery(facts.requests);
  const options = {
    trustEmptySnapshot: false,
    dbAutocreate: true,
    hasSeparateLogDirectory: facts.hasSeparateLogDirectory,
  };
  const result = recover(withoutSnapshots(disk, hidden), options, recovery);
  if (!result.ok) {
    const message = `from ${name}: ${result.file} at ${result.offset}: ${result.reason}`;
    return [{ invariant: 'D9', message }];
  }
  const { lastZxid } = facts.model;
  if (result.lastZxid !== lastZxid) {
    return [{ invariant: 'D9', message: `from ${name}: up to ${result.lastZxid} of ${lastZxid}` }];
  }
  const { digestEnabled } = facts.requests;
  return checkRecoveredState(recovery, facts.model, { zxid: lastZxid, digestEnabled }).map(
    ({ message }) => ({ invariant: 'D8', message: `from ${name}: ${message}` }),
  );
}
