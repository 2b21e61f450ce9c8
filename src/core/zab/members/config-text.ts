/**
 * The text of a configuration read back (QuorumPeerConfig.parseDynamicConfig in ZooKeeper): what
 * EnsembleConfig writes, what operators write into dynamic files, and what clients send. What is
 * wrong with it is a value.
 */
import { parsePropertiesText } from '../../../base/properties-text.ts';
import type { ServerId } from '../../../base/server-id.ts';
import { EnsembleConfig } from './ensemble-config.ts';
import { ConfigTextError, type EnsembleServer, parseEnsembleServer } from './ensemble-server.ts';

export interface ConfigTextOptions {
  /** `standaloneEnabled`; without it a single voter is an ensemble like any other. */
  readonly standaloneEnabled: boolean;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: EnsembleConfig }
  /** `isIllegal`: Java finds it out later, and tells clients another error. */
  | { readonly ok: false; readonly reason: string; readonly isIllegal: boolean };

export function parseConfigText(text: string, options: ConfigTextOptions): ParsedConfig {
  try {
    const config = configOf(propertiesOf(text));
    checkRoles(config, options);
    return { ok: true, config };
  } catch (error) {
    if (!(error instanceof ConfigTextError)) throw error;
    return { ok: false, reason: error.message, isIllegal: error.isIllegal };
  }
}

/** The version that a text ends in, without reading the rest; 0 where it has none. */
export function versionOfConfigText(text: string): number {
  const match = /(?:^|\n)version=([0-9a-fA-F]{1,14})[ \t\r]*(?:\n|$)/.exec(text);
  return match === null ? 0 : Number.parseInt(match[1] ?? '0', 16);
}

function propertiesOf(text: string): Map<string, string> {
  try {
    return parsePropertiesText(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigTextError(error.message, true);
  }
}

function configOf(properties: ReadonlyMap<string, string>): EnsembleConfig {
  const servers: EnsembleServer[] = [];
  const groups = new Map<number, readonly ServerId[]>();
  const weights = new Map<ServerId, number>();
  let version = 0;
  for (const [rawKey, rawValue] of properties) {
    const key = rawKey.trim();
    const value = rawValue.trim();
    if (key.startsWith('server.')) servers.push(parseEnsembleServer(idOf(key), value));
    else if (key.startsWith('group')) groups.set(idOf(key), value.split(':').map(parseNumber));
    else if (key.startsWith('weight')) weights.set(idOf(key), parseNumber(value));
    else if (key === 'version') version = parseVersion(value);
    else throw new ConfigTextError(`Unrecognised parameter: ${key}.`);
  }
  if (groups.size + weights.size > 0) checkGroups(servers, groups, weights);
  try {
    return new EnsembleConfig({ version, servers, groups, weights });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigTextError(error.message);
  }
}

/** Compat: a group's server that is no voter and has no weight is a NullPointerException in Java. */
function checkGroups(
  servers: readonly EnsembleServer[],
  groups: ReadonlyMap<number, readonly ServerId[]>,
  weights: ReadonlyMap<ServerId, number>,
): void {
  const grouped = [...groups.values()].flat();
  const twice = grouped.find((sid, at) => grouped.indexOf(sid) !== at);
  if (twice !== undefined) {
    throw new ConfigTextError(`Server ${twice} is in more than one group.`);
  }
  const voters = servers.filter(({ role }) => role === 'participant').map(({ id }) => id);
  const alone = voters.find((sid) => !grouped.includes(sid));
  if (alone !== undefined) throw new ConfigTextError(`Server ${alone} is not in a group.`);
  const unknown = grouped.find((sid) => !voters.includes(sid) && !weights.has(sid));
  if (unknown === undefined) return;
  throw new ConfigTextError(`Server ${unknown} of a group is no participant.`, true);
}

function idOf(key: string): number {
  return parseNumber(key.slice(key.indexOf('.') + 1));
}

function parseNumber(text: string): number {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new ConfigTextError(`${JSON.stringify(text)} is no number.`, true);
}

function parseVersion(text: string): number {
  const version = /^[0-9a-fA-F]+$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (Number.isSafeInteger(version)) return version;
  throw new ConfigTextError(`version=${text} is no hexadecimal number.`, true);
}

function checkRoles({ voters, observers }: EnsembleConfig, options: ConfigTextOptions): void {
  const { standaloneEnabled } = options;
  if (voters.size === 0 && !standaloneEnabled) {
    throw new ConfigTextError('There is no participant.', true);
  }
  const isAlone = voters.size === 0 || (voters.size === 1 && standaloneEnabled);
  if (isAlone && observers.size > 0) {
    throw new ConfigTextError('Observers need an ensemble of participants.', true);
  }
}
