/**
 * ServerConfig: the whole configuration, typed, with units in the names, checked and frozen. It
 * is built once at the edge; nothing else reads zoo.cfg, flags or the environment.
 */
import { checkEnsemble, type EnsembleFacts } from './check-ensemble.ts';
import { checkQuorumAuth } from './check-quorum-auth.ts';
import { badValue, ConfigError } from './config-error.ts';
import { settingSections } from './config-table.ts';
import type { JaasFile } from './jaas/jaas-file.ts';
import type { PropertyEntry } from './properties-file.ts';
import type { EnsembleSpecification, ServerSpecification } from './server-specification.ts';
import type { AnySetting, ValuesOf } from './settings/setting.ts';
import type { ClientTlsSettings, TlsSettings } from './settings/tls-settings.ts';

type Sections = { [S in keyof typeof settingSections]: ValuesOf<(typeof settingSections)[S]> };
type Basic = Omit<Sections['basic'], 'electionAlg'>;
type Storage = Omit<Sections['storage'], 'maxWriteQueuePollTimeMs'>;
type Requests = Omit<Sections['requests'], 'juteMaxBufferExtraBytes' | 'fourLetterWordWhitelist'>;

export interface ServerConfig extends Basic {
  /** The file that was read; null for the other forms of the command line. */
  readonly configFile: string | null;
  readonly storage: Storage & { readonly maxWriteQueuePollTimeMs: number };
  readonly requests: Requests & {
    readonly juteMaxBufferExtraBytes: number;
    /** `*`: every word. */
    readonly fourLetterWordWhitelist: readonly string[] | '*';
  };
  readonly load: Sections['load'];
  readonly access: Omit<Sections['access'], 'superUser'> & {
    /** `authProvider.<name>` to class name. */
    readonly authProviders: ReadonlyMap<string, string>;
    /** SASL users who may do everything. */
    readonly superUsers: readonly string[];
  };
  readonly audit: Sections['audit'];
  /** Null where none is named. */
  readonly jaas: JaasFile | null;
  readonly quorum: Sections['quorum'];
  readonly clientTls: ClientTlsSettings;
  readonly quorumTls: TlsSettings;
  readonly admin: Sections['admin'];
  readonly metrics: Sections['metrics'];
  readonly ensemble: EnsembleSpecification;
  /** The first line of `dataDir/myid`, null without that file. */
  readonly myid: number | null;
  /** Runs as a member of an ensemble, as ZooKeeper's isDistributed says. */
  readonly isDistributed: boolean;
  /** Everything that Java would hold as a system property, by its full name. */
  readonly systemProperties: ReadonlyMap<string, string>;
}

/** What was written, sorted by where it counts; `readServerConfig` fills it. */
export interface ConfigSource {
  readonly configFile: string | null;
  /** Keys of zoo.cfg that its parser takes itself. */
  readonly fileEntries: ReadonlyMap<string, PropertyEntry>;
  readonly systemProperties: ReadonlyMap<string, PropertyEntry>;
  readonly ensemble: EnsembleSpecification;
  readMyid(dataDir: string): number | null;
  readJaas(path: string): JaasFile;
  warn(message: string, entry: PropertyEntry): void;
}

export function buildServerConfig(source: ConfigSource): ServerConfig {
  const values = {
    basic: readSection(source, settingSections.basic),
    storage: readSection(source, settingSections.storage),
    requests: readSection(source, settingSections.requests),
    load: readSection(source, settingSections.load),
    access: readSection(source, settingSections.access),
    audit: readSection(source, settingSections.audit),
    quorum: readSection(source, settingSections.quorum),
    clientTls: readSection(source, settingSections.clientTls),
    quorumTls: readSection(source, settingSections.quorumTls),
    admin: readSection(source, settingSections.admin),
    metrics: readSection(source, settingSections.metrics),
  };
  const { electionAlg: _, ...basic } = completeBasic(values.basic);
  if (basic.dataDir === '') {
    const where = source.configFile ?? 'The configuration';
    throw new ConfigError(`${where}: dataDir is not set; it names the directory of the snapshots.`);
  }
  checkQuorumAuth(values.quorum);
  const myid = source.readMyid(basic.dataDir);
  const isDistributed = decideDistributed(source.ensemble, values.quorum);
  if (isDistributed) checkMember(source, values.quorum, { dataDir: basic.dataDir, myid });
  const own = ownSpecification(source.ensemble, myid);
  return deepFreeze({
    ...basic,
    ...mergeClientAddress(basic, own),
    ...mergeSecureClientAddress(basic, own),
    configFile: source.configFile,
    storage: completeStorage(values.storage),
    requests: completeRequests(values.requests),
    load: values.load,
    access: completeAccess(values.access, source.systemProperties),
    audit: values.audit,
    jaas: values.access.loginConfig === null ? null : source.readJaas(values.access.loginConfig),
    quorum: values.quorum,
    clientTls: values.clientTls,
    quorumTls: values.quorumTls,
    admin: values.admin,
    metrics: values.metrics,
    ensemble: source.ensemble,
    myid,
    isDistributed,
    systemProperties: new Map(
      [...source.systemProperties].map(([name, entry]) => [name, entry.value]),
    ),
  });
}

function readSection<Family extends Readonly<Record<string, AnySetting>>>(
  source: ConfigSource,
  family: Family,
): ValuesOf<Family> {
  const values: Record<string, unknown> = {};
  for (const [field, setting] of Object.entries<AnySetting>(family)) {
    values[field] = readSetting(source, setting);
  }
  return values as ValuesOf<Family>;
}

function readSetting(source: ConfigSource, setting: AnySetting): unknown {
  const entry = findEntry(source, setting);
  if (entry === undefined) return setting.default;
  const reading = setting.kind.read(entry.value);
  if (reading === undefined) {
    const value = setting.isSecret === true ? '(hidden)' : entry.value;
    throw badValue({ ...entry, value, allowed: setting.kind.allowed });
  }
  if (reading.warning !== undefined) {
    source.warn(`${entry.key}=${entry.value} ${reading.warning}`, entry);
  }
  return reading.value;
}

function findEntry(source: ConfigSource, setting: AnySetting): PropertyEntry | undefined {
  if (setting.place === 'file') return source.fileEntries.get(setting.key);
  const name = setting.place === 'system' ? setting.key : `zookeeper.${setting.key}`;
  return source.systemProperties.get(name);
}

function completeBasic(basic: Sections['basic']): Sections['basic'] {
  const { tickTimeMs } = basic;
  const minMs = basic.minSessionTimeoutMs === -1 ? 2 * tickTimeMs : basic.minSessionTimeoutMs;
  const maxMs = basic.maxSessionTimeoutMs === -1 ? 20 * tickTimeMs : basic.maxSessionTimeoutMs;
  if (minMs > maxMs) {
    throw new ConfigError(
      `minSessionTimeout (${minMs} ms) is more than maxSessionTimeout (${maxMs} ms).`,
    );
  }
  const clientPort = basic.clientPort === 0 ? null : basic.clientPort;
  const secureClientPort = basic.secureClientPort === 0 ? null : basic.secureClientPort;
  return {
    ...basic,
    dataLogDir: basic.dataLogDir === '' ? basic.dataDir : basic.dataLogDir,
    minSessionTimeoutMs: minMs,
    maxSessionTimeoutMs: maxMs,
    clientPort,
    secureClientPort,
  };
}

function completeStorage(storage: Sections['storage']): ServerConfig['storage'] {
  const thirdMs = Math.floor(storage.flushDelayMs / 3);
  return { ...storage, maxWriteQueuePollTimeMs: storage.maxWriteQueuePollTimeMs ?? thirdMs };
}

function completeRequests(requests: Sections['requests']): ServerConfig['requests'] {
  // `srvr` is always answered, as ZooKeeper's own script asks it.
  const words = new Set([...(requests.fourLetterWordWhitelist ?? []), 'srvr']);
  if (requests.readOnlyModeEnabled) words.add('isro');
  return {
    ...requests,
    juteMaxBufferExtraBytes: requests.juteMaxBufferExtraBytes ?? requests.juteMaxBufferBytes,
    fourLetterWordWhitelist: words.has('*') ? '*' : [...words],
  };
}

function completeAccess(
  { superUser: _, ...access }: Sections['access'],
  properties: ReadonlyMap<string, PropertyEntry>,
): ServerConfig['access'] {
  if (access.enforceAuthEnabled && access.enforceAuthSchemes.length === 0) {
    throw new ConfigError(
      'enforce.auth.enabled is true, but enforce.auth.schemes names no scheme.',
    );
  }
  const prefix = 'zookeeper.authProvider.';
  const authProviders = new Map<string, string>();
  for (const [name, entry] of properties) {
    if (name.startsWith(prefix)) authProviders.set(name.slice(prefix.length), entry.value);
  }
  const superUsers = [...properties]
    .filter(([name]) => /^zookeeper\.superUser(\.|$)/.test(name))
    .map(([, { value }]) => value)
    .filter((value) => value !== '');
  return { ...access, authProviders, superUsers };
}

/** One voter runs standalone unless `standaloneEnabled=false`, as in ZooKeeper. */
function decideDistributed(ensemble: EnsembleSpecification, quorum: Sections['quorum']): boolean {
  const voters = ensemble.servers.filter(({ role }) => role === 'participant').length;
  const hasObservers = voters < ensemble.servers.length;
  if (voters === 0 && hasObservers) throw new ConfigError('Observers need at least one voter.');
  if (voters === 0 && !quorum.standaloneEnabled) {
    throw new ConfigError('standaloneEnabled=false needs at least one server.N line.');
  }
  if (voters === 0) return false;
  if (voters === 1 && quorum.standaloneEnabled) {
    if (hasObservers) throw new ConfigError('Observers need an ensemble, not a single voter.');
    return false;
  }
  if (quorum.initLimitTicks === 0) throw new ConfigError('initLimit is not set.');
  if (quorum.syncLimitTicks === 0) throw new ConfigError('syncLimit is not set.');
  return true;
}

/** What only a member of an ensemble must have right. */
function checkMember(
  source: ConfigSource,
  { peerType, multiAddressEnabled }: Sections['quorum'],
  own: Pick<EnsembleFacts, 'dataDir' | 'myid'>,
): void {
  const warnings = checkEnsemble({
    ...own,
    ensemble: source.ensemble,
    peerType: source.fileEntries.has('peerType') ? peerType : null,
    isMultiAddressEnabled: multiAddressEnabled,
  });
  const origin = { source: source.configFile ?? 'configuration', line: 0 };
  for (const warning of warnings) source.warn(warning, { key: '', value: '', origin });
}

function ownSpecification(
  ensemble: EnsembleSpecification,
  myid: number | null,
): ServerSpecification | undefined {
  return ensemble.servers.find(({ id }) => id === myid);
}

type ClientPort = Pick<Basic, 'clientPort' | 'clientPortAddress'>;
type SecureClientPort = Pick<Basic, 'secureClientPort' | 'secureClientPortAddress'>;

function mergeClientAddress(basic: ClientPort, own: ServerSpecification | undefined): ClientPort {
  const { clientPort, clientPortAddress } = basic;
  const written = { name: 'clientPort', port: clientPort, address: clientPortAddress };
  const { port, address } = mergeAddress(written, own, own?.clientAddress ?? null);
  return { clientPort: port, clientPortAddress: address };
}

function mergeSecureClientAddress(
  basic: SecureClientPort,
  own: ServerSpecification | undefined,
): SecureClientPort {
  const { secureClientPort, secureClientPortAddress } = basic;
  const name = 'secureClientPort';
  const written = { name, port: secureClientPort, address: secureClientPortAddress };
  const { port, address } = mergeAddress(written, own, own?.secureClientAddress ?? null);
  return { secureClientPort: port, secureClientPortAddress: address };
}

interface WrittenAddress {
  /** The key of the port; the one of the address ends in `Address`. */
  readonly name: string;
  readonly port: number | null;
  readonly address: string | null;
}

/** An address for clients may stand in the server's own line, too; both must then agree. */
function mergeAddress(
  written: WrittenAddress,
  own: ServerSpecification | undefined,
  listed: ServerSpecification['clientAddress'],
): Omit<WrittenAddress, 'name'> {
  const { name, port, address } = written;
  if (port === null && address !== null) {
    throw new ConfigError(`${name}Address is set, but ${name} is not.`);
  }
  if (listed === null) return { port, address };
  const isSameHost = address === null || address === listed.host;
  if (port !== null && (port !== listed.port || !isSameHost)) {
    const here = `${name} ${address ?? ''}:${port}`;
    throw new ConfigError(
      `${here} differs from ${listed.host}:${listed.port} in server.${own?.id}.`,
    );
  }
  const isAny = listed.host === '0.0.0.0' || listed.host === '::';
  return { port: listed.port, address: isAny ? null : listed.host };
}

/** Maps are left as they are: their type is read-only. */
function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !(inner instanceof Map)) deepFreeze(inner);
  }
  return Object.freeze(value);
}
