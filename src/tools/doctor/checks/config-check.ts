/** The configuration beyond what the server itself says of it: what is unsafe, and what does nothing. */
import { findConfigRow } from '../../../server/config/config-table.ts';
import type { SettingSupport } from '../../../server/config/settings/setting.ts';
import type { Configuration } from '../../configuration.ts';
import { type Finding, Findings } from '../finding.ts';

export function checkConfig(subject: Configuration): Finding[] {
  const findings = new Findings('config');
  findings.ok(describe(subject));
  for (const warning of subject.warnings) {
    findings.warn(warning.replace(/\.$/, ''), 'correct the line, or take it out');
  }
  warnOfIdleKeys(findings, subject);
  warnOfUnsafe(findings, subject);
  warnOfClutter(findings, subject);
  return findings.all;
}

function describe({ config, configFile, own }: Configuration): string {
  const { isDistributed, ensemble, myid } = config;
  if (!isDistributed) return `${configFile}: a server alone`;
  return `${configFile}: ${own?.role ?? 'server'} ${myid} of ${ensemble.servers.length} servers`;
}

function warnOfIdleKeys(findings: Findings, { entries }: Configuration): void {
  const keysOf = (support: SettingSupport) => {
    const keys = entries.map(({ key }) => key);
    return [...new Set(keys.filter((key) => findConfigRow(key)?.support === support))];
  };
  const later = keysOf('later');
  if (later.length > 0) {
    findings.warn(
      `not supported in this version: ${later.join(', ')}`,
      'do not rely on them; docs/configuration.md says what works',
    );
  }
  const accepted = keysOf('accepted');
  if (accepted.length > 0) findings.ok(`nothing here depends on ${accepted.join(', ')}`);
}

function warnOfUnsafe(findings: Findings, { config }: Configuration): void {
  const { storage, access } = config;
  if (!storage.forceSync) {
    findings.warn(
      'forceSync=no: writes that were acknowledged are lost when the machine fails',
      'take it out, unless the data may be lost',
    );
  }
  if (access.skipAcl) {
    findings.warn('skipACL=yes: everybody may do everything', 'take it out');
  }
  if (storage.snapshotTrustEmpty) {
    findings.warn(
      'snapshot.trust.empty=true: a server whose snapshots are lost starts without them',
      'take it out once the server has been upgraded',
    );
  }
}

function warnOfClutter(findings: Findings, { config }: Configuration): void {
  if (config.purgeIntervalMs > 0) return;
  findings.warn(
    'nothing deletes old snapshots and logs: autopurge.purgeInterval is 0',
    'set it to 24 (hours), or run zooid cleanup from time to time',
  );
}
