/** What is looked at: a configuration, as it was written and as the server reads it. */
import { readFileSync } from 'node:fs';
import { type PropertyEntry, parsePropertiesFile } from '../../server/config/properties-file.ts';
import { readServerConfig } from '../../server/config/read-server-config.ts';
import type { ServerConfig } from '../../server/config/server-config.ts';
import type { ServerSpecification } from '../../server/config/server-specification.ts';

export interface Subject {
  readonly config: ServerConfig;
  readonly configFile: string;
  /** As they stand in the file. */
  readonly entries: readonly PropertyEntry[];
  /** What the server itself will say, each a whole sentence. */
  readonly warnings: readonly string[];
  /** Its own line of the list; null without one. */
  readonly own: ServerSpecification | null;
}

/** Throws ConfigError as the server does. */
export function readSubject(configFile: string): Subject {
  const { config, warnings } = readServerConfig({
    args: [configFile],
    env: process.env,
    readFile: readFileSync,
  });
  const entries = parsePropertiesFile(configFile, readFileSync(configFile));
  const own = config.ensemble.servers.find(({ id }) => id === config.myid) ?? null;
  return { config, configFile, entries, warnings, own };
}
