/** A configuration for the tools: as it was written, and as the server reads it. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { ToolExit } from '../base/tool-exit.ts';
import { ConfigError } from '../server/config/config-error.ts';
import { type PropertyEntry, parsePropertiesFile } from '../server/config/properties-file.ts';
import { readServerConfig } from '../server/config/read-server-config.ts';
import type { ServerConfig } from '../server/config/server-config.ts';
import type { ServerSpecification } from '../server/config/server-specification.ts';
import { ToolError } from './tool-error.ts';

/** As zkServer.sh finds it. */
export const USUAL_CONFIG = `${process.env['ZOOCFGDIR'] ?? packageConf()}/${process.env['ZOOCFG'] ?? 'zoo.cfg'}`;

function packageConf(): string {
  return fileURLToPath(new URL('../../conf', import.meta.url));
}

export interface Configuration {
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
export function readConfiguration(configFile: string): Configuration {
  const { config, warnings } = readServerConfig({
    args: [configFile],
    env: process.env,
    readFile: readFileSync,
  });
  const entries = parsePropertiesFile(configFile, readFileSync(configFile));
  const own = config.ensemble.servers.find(({ id }) => id === config.myid) ?? null;
  return { config, configFile, entries, warnings, own };
}

/** What the server would refuse, as what a tool cannot do. */
export async function refuseBadConfig<T>(exitCode: ToolExit, action: () => T): Promise<Awaited<T>> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ToolError(error.message, exitCode);
  }
}

export interface ClientAddress {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** Where a client on the server's own machine connects; null when it cannot. */
export function ownClientAddress(config: ServerConfig): ClientAddress | null {
  const { clientPort, clientPortAddress, secureClientPort, secureClientPortAddress } = config;
  const isSecure = clientPort === null;
  const port = clientPort ?? secureClientPort;
  const address = isSecure ? secureClientPortAddress : clientPortAddress;
  const isAny = address === null || address === '0.0.0.0' || address === '::';
  return port === null ? null : { host: isAny ? 'localhost' : address, port, isSecure };
}

/**
 * The server's own stores, to ask servers with. Who answers must have a certificate that it trusts,
 * for whatever name: nothing is said that others may not hear.
 */
export async function ownTls({ clientTls }: ServerConfig): Promise<ConnectionOptions> {
  const { readTlsOptions } = await import('../server/tls/tls-options.ts');
  const options = await readTlsOptions(clientTls, 'ssl.', () => {});
  return {
    ...options,
    rejectUnauthorized: options.ca !== undefined,
    checkServerIdentity: () => undefined,
  };
}
