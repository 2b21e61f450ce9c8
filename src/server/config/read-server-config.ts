/**
 * readServerConfig: command line, zoo.cfg and flags to one `ServerConfig`, by ZooKeeper's rules
 * (QuorumPeerMain, QuorumPeerConfig): the last of several equal keys counts; a key that the
 * parser does not know becomes the system property `zookeeper.<key>`; the file wins over a -D
 * flag. What is odd but allowed is returned as warnings, as there is no log yet at this point.
 */

import { nearestKey } from '../../base/nearest-key.ts';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts';
import { ConfigError, type ConfigOrigin, describeOrigin } from './config-error.ts';
import { findConfigRow, knownConfigKeys } from './config-table.ts';
import { EMBEDDED_CONFIG_NAME, embeddedConfig } from './embedded-config.ts';
import { type JaasFile, parseJaas } from './jaas/jaas-file.ts';
import { parseJvmFlags } from './jvm-flags.ts';
import { type PropertyEntry, parsePropertiesFile } from './properties-file.ts';
import { buildServerConfig, type ServerConfig } from './server-config.ts';
import { isEnsembleKey, parseEnsemble } from './server-specification.ts';

export interface ReadServerConfigOptions {
  /** The words after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws as node:fs does; a missing `myid` is no error. */
  readFile(path: string): Uint8Array;
}

export interface ServerConfigReading {
  readonly config: ServerConfig;
  /** Complete sentences for the log. */
  readonly warnings: readonly string[];
}

export function readServerConfig(options: ReadServerConfigOptions): ServerConfigReading {
  const warnings: string[] = [];
  const warn = (message: string, { origin }: { origin: ConfigOrigin }) => {
    warnings.push(`${describeOrigin(origin)}: ${message}.`);
  };
  const commandLine = parseCommandLine(options.args);
  const { configFile, entries } = readStaticEntries(commandLine, options);
  const flags = parseJvmFlags(options.env);
  const sorted = sortEntries({ entries, flags, warn });
  const ensembleEntries = withDynamicFile(sorted, options);
  const config = buildServerConfig({
    configFile,
    fileEntries: sorted.fileEntries,
    systemProperties: sorted.systemProperties,
    ensemble: parseEnsemble(ensembleEntries.values()),
    readMyid: (dataDir) => readMyid(dataDir, options),
    readJaas: (path) => readJaas(path, sorted.systemProperties, options),
    warn,
  });
  return { config, warnings };
}

interface StaticEntries {
  readonly configFile: string | null;
  readonly entries: readonly PropertyEntry[];
}

function readStaticEntries(line: CommandLine, options: ReadServerConfigOptions): StaticEntries {
  const { positional } = line;
  const [first] = positional;
  if (line.isLocal) {
    if (first !== undefined) throw new ConfigError(`--local takes no ${first}.\n${USAGE}`);
    const text = embeddedConfig(line.clientPort, line.dataDir);
    const entries = parsePropertiesFile(EMBEDDED_CONFIG_NAME, Buffer.from(text, 'latin1'));
    return { configFile: null, entries };
  }
  if (line.clientPort !== undefined || line.dataDir !== undefined) {
    throw new ConfigError(`--client-port and --data-dir go with --local.\n${USAGE}`);
  }
  if (first === undefined || positional.length > 4) throw new ConfigError(USAGE);
  if (positional.length > 1) return { configFile: null, entries: positionalEntries(positional) };
  return { configFile: first, entries: readPropertiesFile(first, options) };
}

const POSITIONAL_KEYS = ['clientPort', 'dataDir', 'tickTime', 'maxClientCnxns'] as const;

function positionalEntries(positional: readonly string[]): PropertyEntry[] {
  return positional.map((value, index) => ({
    key: POSITIONAL_KEYS[index] ?? '',
    value,
    origin: { source: 'command line', line: 0 },
  }));
}

function readPropertiesFile(path: string, options: ReadServerConfigOptions): PropertyEntry[] {
  let bytes: Uint8Array;
  try {
    bytes = options.readFile(path);
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read (${reasonOf(error)}).`, { cause: error });
  }
  return parsePropertiesFile(path, bytes);
}

interface SortedEntries {
  readonly fileEntries: Map<string, PropertyEntry>;
  readonly ensembleEntries: Map<string, PropertyEntry>;
  /** By full name. */
  readonly systemProperties: Map<string, PropertyEntry>;
}

interface SortInput {
  readonly entries: readonly PropertyEntry[];
  readonly flags: readonly PropertyEntry[];
  warn(message: string, entry: PropertyEntry): void;
}

function sortEntries({ entries, flags, warn }: SortInput): SortedEntries {
  const fileEntries = new Map<string, PropertyEntry>();
  const ensembleEntries = new Map<string, PropertyEntry>();
  const systemProperties = new Map<string, PropertyEntry>();
  for (const flag of flags) {
    const objection = objectToFlag(flag.key);
    if (objection !== undefined) warn(objection, flag);
    systemProperties.set(flag.key, flag);
  }
  for (const entry of lastOfEach(entries, warn)) {
    if (isEnsembleKey(entry.key)) {
      ensembleEntries.set(entry.key, entry);
    } else if (findConfigRow(entry.key)?.place === 'file') {
      fileEntries.set(entry.key, entry);
    } else {
      const objection = objectToFileKey(entry.key);
      if (objection !== undefined) warn(objection, entry);
      const name = `zookeeper.${entry.key}`;
      const flag = systemProperties.get(name);
      if (flag !== undefined && flag.value !== entry.value) {
        warn(`${entry.key} replaces the value of -D${name} in ${flag.origin.source}`, entry);
      }
      systemProperties.set(name, entry);
    }
  }
  return { fileEntries, ensembleEntries, systemProperties };
}

function lastOfEach(
  entries: readonly PropertyEntry[],
  warn: SortInput['warn'],
): Iterable<PropertyEntry> {
  const last = new Map<string, PropertyEntry>();
  for (const entry of entries) {
    const earlier = last.get(entry.key);
    if (earlier !== undefined && earlier.value !== entry.value) {
      warn(`${entry.key} was already set in line ${earlier.origin.line}; this one counts`, entry);
    }
    last.set(entry.key, entry);
  }
  return last.values();
}

/** Why a key in zoo.cfg has not the effect that its author meant, if so. */
function objectToFileKey(key: string): string | undefined {
  const row = findConfigRow(key);
  if (row?.place === 'system') {
    return `${key} has no effect in a file, as in ZooKeeper; give -D${key}=… in SERVER_JVMFLAGS`;
  }
  if (row !== undefined) return undefined;
  return `unknown key ${key}${suggestion(key)}; it only becomes the property zookeeper.${key}`;
}

/** The same for the name in a -D flag. Flags that are no business of ZooKeeper pass. */
function objectToFlag(name: string): string | undefined {
  if (!name.startsWith('zookeeper.')) return undefined;
  const key = name.slice('zookeeper.'.length);
  const row = findConfigRow(key);
  if (row?.place === 'system') return `-D${name} has no effect, as in ZooKeeper; write -D${key}`;
  if (row?.place === 'file') return `-D${name} has no effect; ${key} is read from zoo.cfg`;
  return row === undefined ? `unknown property ${name}${suggestion(key)}` : undefined;
}

function suggestion(key: string): string {
  const bare = key.startsWith('zookeeper.') ? key.slice('zookeeper.'.length) : key;
  const nearest = findConfigRow(bare)?.key ?? nearestKey(bare, knownConfigKeys());
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** With a dynamicConfigFile, the list of servers stands there and only there. */
function withDynamicFile(
  sorted: SortedEntries,
  options: ReadServerConfigOptions,
): ReadonlyMap<string, PropertyEntry> {
  const dynamic = sorted.fileEntries.get('dynamicConfigFile');
  if (dynamic === undefined) return sorted.ensembleEntries;
  for (const { key, origin } of sorted.ensembleEntries.values()) {
    const reason = `belongs into ${dynamic.value}, as dynamicConfigFile is set`;
    throw new ConfigError(`${describeOrigin(origin)}: ${key} ${reason}.`);
  }
  const entries = new Map<string, PropertyEntry>();
  for (const entry of readPropertiesFile(dynamic.value, options)) {
    if (!isEnsembleKey(entry.key)) {
      const reason = 'only server.N, group.N and weight.N may stand in this file';
      throw new ConfigError(`${describeOrigin(entry.origin)}: ${entry.key} is refused; ${reason}.`);
    }
    entries.set(entry.key, entry);
  }
  return entries;
}

function readMyid(dataDir: string, options: ReadServerConfigOptions): number | null {
  const path = `${dataDir}/myid`;
  let bytes: Uint8Array;
  try {
    bytes = options.readFile(path);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return null;
    throw new ConfigError(`${path}: cannot be read (${reason}).`, { cause: error });
  }
  const line = Buffer.from(bytes).toString('latin1').split(/\r?\n/, 1)[0] ?? '';
  const id = /^\d+$/.test(line.trim()) ? Number(line) : Number.NaN;
  if (!Number.isSafeInteger(id)) {
    throw new ConfigError(`${path}: the first line must be a server's number, not "${line}".`);
  }
  return id;
}

/** Compat: Java takes a URL, too, and an equals sign that says "this file and no other". */
function readJaas(
  written: string,
  properties: ReadonlyMap<string, PropertyEntry>,
  options: ReadServerConfigOptions,
): JaasFile {
  const bare = written.replace(/^=/, '');
  const path = bare.startsWith('file:') ? bare.replace(/^file:(\/\/)?(?=\/)/, '') : bare;
  let bytes: Uint8Array;
  try {
    bytes = options.readFile(path);
  } catch (error) {
    const where = `${path}, which java.security.auth.login.config names`;
    throw new ConfigError(`${where}: cannot be read (${reasonOf(error)}).`, { cause: error });
  }
  return parseJaas({
    source: path,
    text: Buffer.from(bytes).toString('utf8'),
    propertyOf: (name) => properties.get(name)?.value,
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.message : String(error);
}
