/**
 * What the dynamic configuration of an ensemble looks like in files, byte for byte as ZooKeeper's
 * QuorumPeerConfig writes them:
 *
 *   zoo.cfg                  the static part, which names the dynamic file
 *   zoo.cfg.dynamic.<hex>    a committed configuration; its version is in the name alone
 *   zoo.cfg.dynamic.next     one that is proposed, with its version inside
 *   zoo.cfg.bak              zoo.cfg as it was before it was first rewritten
 */

import { EnsembleConfig } from '../../core/zab/members/ensemble-config.ts';
import { ConfigError } from './config-error.ts';
import { javaPropertiesOrder } from './java-properties-order.ts';
import { parsePropertiesFile } from './properties-file.ts';
import type { EnsembleSpecification } from './server-specification.ts';

export const NEXT_SUFFIX = '.dynamic.next';

export function dynamicFileName(configFile: string, version: number): string {
  return `${configFile}.dynamic.${version.toString(16)}`;
}

/** The version of the configuration in a dynamic file; 0 where its name has none. */
export function versionOfFileName(fileName: string): number {
  const suffix = fileName.slice(fileName.lastIndexOf('.') + 1);
  const version = /^[0-9a-fA-F]+$/.test(suffix) ? Number.parseInt(suffix, 16) : 0;
  return Number.isSafeInteger(version) ? version : 0;
}

/** What the files say, as a value. */
export function ensembleConfigOf(
  { servers, groups, weights }: EnsembleSpecification,
  dynamicFile: string | null,
): EnsembleConfig {
  const version = dynamicFile === null ? 0 : versionOfFileName(dynamicFile);
  try {
    return new EnsembleConfig({ version, servers, groups, weights });
  } catch (error) {
    // The lists contradict each other: nothing but the file can be wrong.
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The list of servers is refused: ${reason}`, { cause: error });
  }
}

/** Sorted lines without a newline at the end. */
export function dynamicFileText(config: EnsembleConfig, { hasVersion = false } = {}): string {
  const lines = config.configText.split('\n');
  return (hasVersion ? lines : lines.slice(0, -1)).sort().join('\n');
}

export interface StaticFileChange {
  readonly dynamicFile: string;
  /** The dynamic part says where clients connect, so the static part need not. */
  readonly erasesClientPort: boolean;
  readonly erasesSecureClientPort: boolean;
}

/**
 * The static part with a new dynamic file: comments and order are lost, as in Java. A backslash or a
 * letter beyond Latin-1 is escaped, where Java writes something that it reads back as another value.
 */
export function staticFileText(bytes: Uint8Array, change: StaticFileChange): string {
  const properties = new Map<string, string>();
  for (const { key, value } of parsePropertiesFile('', bytes)) properties.set(key, value);
  const kept = javaPropertiesOrder([...properties.keys()]).filter((key) => !isErased(key, change));
  const lines = kept.map((key) => `${key}=${escaped(properties.get(key) ?? '')}`);
  return [...lines, `dynamicConfigFile=${escaped(change.dynamicFile)}`, ''].join('\n');
}

function isErased(key: string, change: StaticFileChange): boolean {
  const prefixes = ['server.', 'group', 'weight', 'dynamicConfigFile', 'peerType'];
  if (change.erasesClientPort) prefixes.push('clientPort');
  if (change.erasesSecureClientPort) prefixes.push('secureClientPort');
  return prefixes.some((prefix) => key.startsWith(prefix));
}

function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
