/**
 * configTable: every configuration key that ZooKeeper knows, as data. `readServerConfig` reads
 * by it, docs/configuration.md is written from it, and `scripts/tidy.ts` compares the two.
 */
import { accessSettings } from './settings/access-settings.ts';
import { adminSettings } from './settings/admin-settings.ts';
import { auditSettings } from './settings/audit-settings.ts';
import { basicSettings } from './settings/basic-settings.ts';
import { loadSettings } from './settings/load-settings.ts';
import { metricsSettings } from './settings/metrics-settings.ts';
import { otherSettings, settingFamilies } from './settings/other-settings.ts';
import { quorumSettings } from './settings/quorum-settings.ts';
import { requestSettings } from './settings/request-settings.ts';
import type { AnySetting, SettingPlace, SettingSupport } from './settings/setting.ts';
import { storageSettings } from './settings/storage-settings.ts';
import { clientTlsSettings, tlsSettings } from './settings/tls-settings.ts';

/** The typed sections, named as the fields of `ServerConfig` that hold them. */
export const settingSections = {
  basic: basicSettings,
  storage: storageSettings,
  requests: requestSettings,
  load: loadSettings,
  access: accessSettings,
  audit: auditSettings,
  quorum: quorumSettings,
  clientTls: clientTlsSettings(),
  quorumTls: tlsSettings('ssl.quorum.'),
  admin: adminSettings,
  metrics: metricsSettings,
} as const;

export interface ConfigTableRow {
  readonly key: string;
  readonly place: SettingPlace;
  readonly support: SettingSupport;
  readonly defaultText: string;
  readonly unit: string;
  readonly allowed: string;
  readonly meaning: string;
  /** The section of the page. */
  readonly section: string;
}

export const configTable: readonly ConfigTableRow[] = [
  ...Object.entries(settingSections).flatMap(([section, settings]) =>
    Object.values<AnySetting>(settings).map((setting) => rowOf(section, setting)),
  ),
  ...[...settingFamilies, ...otherSettings].map((setting) => ({
    unit: '',
    allowed: 'text',
    // Families of keys that work are those of ensembles.
    section: setting.support === 'supported' ? 'quorum' : setting.support,
    ...setting,
  })),
];

function rowOf(section: string, setting: AnySetting): ConfigTableRow {
  return {
    key: setting.key,
    place: setting.place,
    support: setting.support,
    defaultText: setting.defaultText ?? String(setting.default),
    unit: setting.unit ?? '',
    allowed: setting.kind.allowed,
    meaning: setting.meaning,
    section,
  };
}

const rowsByKey = new Map(configTable.map((row) => [row.key, row]));
const families = configTable.filter((row) => row.key.endsWith('.'));

/** The row of a key as it is written in zoo.cfg, or after `zookeeper.` in a -D flag. */
export function findConfigRow(key: string): ConfigTableRow | undefined {
  return rowsByKey.get(key) ?? families.find((row) => key.startsWith(row.key));
}

export function knownConfigKeys(): readonly string[] {
  return [...rowsByKey.keys()];
}
