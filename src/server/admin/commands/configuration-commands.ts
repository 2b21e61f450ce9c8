/** Commands that show what the server was started with. What is secret stays so. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Zxid } from '../../../base/zxid.ts';
import { zxidOfSnapshotName } from '../../../core/storage/file-names.ts';
import type { ServerConfig } from '../../config/server-config.ts';
import { environmentFacts } from '../../four-letter-words/environment-word.ts';
import { formatHex } from '../../four-letter-words/java-format.ts';
import { directories } from '../../four-letter-words/server-words.ts';
import { plain, type ServingCommand, serving } from './command.ts';

/** Keys whose values would let somebody in; Java shows them. */
const SECRET = /password$|superDigest$/i;
const HIDDEN = '(hidden)';

export const systemProperties = plain(['system_properties', 'sysp'], ({ config }) => {
  const ours = [...config.systemProperties].map(
    ([name, value]) => [name, SECRET.test(name) ? HIDDEN : value] as const,
  );
  const system = environmentFacts().filter(([name]) => /^(java|os|user)\.(?!memory)/.test(name));
  return Object.fromEntries([...system, ...ours].sort(([one], [other]) => (one < other ? -1 : 1)));
});

/**
 * The file as it was at the start. Compat: a member of an ensemble shows none, and who is started
 * without a file has none.
 */
export function initialConfiguration({ configFile, isDistributed }: ServerConfig): ServingCommand {
  const text = configFile === null || isDistributed ? null : readConfiguration(configFile);
  return serving(['initial_configuration', 'icfg'], () => ({ initial_configuration: text }));
}

function readConfiguration(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
      .split('\n')
      .map((line) => line.replace(/^(\s*([^\s#!:=]+)\s*[:=]?\s*).+/, hideSecret))
      .join('\n');
  } catch {
    // It was there a moment ago; the server goes by what it has read.
    return null;
  }
}

function hideSecret(line: string, start: string, key: string): string {
  return SECRET.test(key) ? start + HIDDEN : line;
}

export const lastSnapshot = serving(['last_snapshot', 'lsnp'], ({ config }) => {
  const { snapshot } = directories(config);
  const newest = newestSnapshot(snapshot);
  if (newest === null) return { zxid: formatHex(-1), timestamp: -1 };
  const { mtimeMs } = statSync(join(snapshot, newest.name), { throwIfNoEntry: false }) ?? {};
  return {
    zxid: formatHex(newest.zxid),
    timestamp: mtimeMs === undefined ? -1 : Math.floor(mtimeMs / 1000),
  };
});

function newestSnapshot(directory: string): { name: string; zxid: Zxid } | null {
  let newest: { name: string; zxid: Zxid } | null = null;
  for (const name of readdirSync(directory)) {
    const zxid = zxidOfSnapshotName(name);
    if (zxid !== null && zxid > (newest?.zxid ?? -1)) newest = { name, zxid };
  }
  return newest;
}
