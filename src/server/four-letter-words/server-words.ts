/** Words about the server as a whole: is it well, what does it do, how is it configured. */
import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import { type DirectoryPaths, directoryPaths } from '../../io/disk/directory-paths.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { FULL_VERSION_TEXT } from '../version.ts';
import { describeConnection } from './connection-words.ts';
import { formatDouble, formatHex } from './java-format.ts';
import {
  lines,
  plainWord,
  type ServingContext,
  unendedWord,
  type WordContext,
  type WordRequest,
  word,
} from './word-context.ts';

export const ruok = plainWord(() => 'imok');

export const isro = plainWord(({ server: { isServing, mode } }) => {
  if (!isServing) return 'null';
  return mode === 'read-only' ? 'ro' : 'rw';
});

export const srvr = word((context) => `${versionLine()}${describeServer(context)}`);

export const stat = word((context, request) => {
  const clients = describeClients(context, request);
  return `${versionLine()}Clients:\n${clients}\n${describeServer(context)}`;
});

export const srst = word((context) => {
  resetServer(context);
  return lines('Server stats reset.');
});

export function resetServer({ processor, figures }: ServingContext): void {
  processor.stats.reset();
  figures.reset();
}

export const conf = word((context) => {
  const { config, server } = context;
  const { ensemble, mode } = server;
  const { snapshot, log } = directories(config);
  const sizes = directorySizes(config);
  const own = lines(
    `clientPort=${config.clientPort ?? -1}`,
    `secureClientPort=${config.secureClientPort ?? -1}`,
    `dataDir=${snapshot}`,
    `dataDirSize=${sizes.snapshotBytes}`,
    `dataLogDir=${log}`,
    `dataLogSize=${sizes.logBytes}`,
    `tickTime=${config.tickTimeMs}`,
    `maxClientCnxns=${config.maxClientCnxns}`,
    `minSessionTimeout=${config.minSessionTimeoutMs}`,
    `maxSessionTimeout=${config.maxSessionTimeoutMs}`,
    `clientPortListenBacklog=${config.clientPortListenBacklog}`,
    `serverId=${shownServerId(context)}`,
  );
  if (ensemble === null) return own;
  // Compat: the text of the configuration does not end in a line end; a read-only server has none.
  const membership = mode === 'read-only' ? '' : `membership: \n${ensemble.membership}`;
  return own + describeMember(config) + membership;
});

/** Compat: Java's standalone server is 0 here, although its session ids begin with 1. */
export function shownServerId({ config, server: { ensemble } }: WordContext): number | null {
  return ensemble === null ? 0 : config.myid;
}

function describeMember(config: ServerConfig): string {
  const { quorum, ensemble, myid } = config;
  const own = ensemble.servers.find(({ id }) => id === myid);
  const addresses = own?.addresses ?? [];
  return lines(
    `initLimit=${quorum.initLimitTicks}`,
    `syncLimit=${quorum.syncLimitTicks}`,
    'electionAlg=3',
    `electionPort=${addresses.map(({ electionPort }) => electionPort).join('|')}`,
    `quorumPort=${addresses.map(({ quorumPort }) => quorumPort).join('|')}`,
    `peerType=${own?.role === 'observer' ? 1 : 0}`,
  );
}

export const dirs = word(({ config }) => {
  const { snapshotBytes, logBytes } = directorySizes(config);
  return lines(`datadir_size: ${snapshotBytes}`, `logdir_size: ${logBytes}`);
});

/** The zxid in hex, the digest in decimal. */
export const hash = unendedWord(({ server }) =>
  lines(...server.database.digestLog.map(({ zxid, digest }) => `${formatHex(zxid)}: ${digest}`)),
);

function versionLine(): string {
  return lines(`Zookeeper version: ${FULL_VERSION_TEXT}`);
}

function describeServer({ server, processor }: ServingContext): string {
  const { stats, connections, outstanding, lastZxid } = processor;
  const { min, average, max } = latencyFigures(stats);
  const { mode, ensemble } = server;
  const sizes = ensemble?.leader?.proposalSizes;
  return lines(
    ...(mode === 'read-only' ? ['READ-ONLY mode; serving only read-only clients'] : []),
    `Latency min/avg/max: ${min}/${average}/${max}`,
    `Received: ${stats.packetsReceived}`,
    `Sent: ${stats.packetsSent}`,
    `Connections: ${connections.size}`,
    `Outstanding: ${outstanding}`,
    `Zxid: 0x${formatHex(lastZxid)}`,
    `Mode: ${mode}`,
    `Node count: ${server.database.tree.nodeCount}`,
    ...(sizes ? [`Proposal sizes last/min/max: ${sizes.last}/${sizes.min}/${sizes.max}`] : []),
  );
}

/** The average is text, as Java prints it. */
export function latencyFigures({ latency }: ServerStats) {
  return {
    min: Math.floor(Math.max(latency.min, 0)),
    average: formatDouble(latency.average),
    max: Math.ceil(latency.max),
  };
}

function describeClients({ processor }: ServingContext, request: WordRequest): string {
  return lines(
    ...Array.from(processor.connections, (connection) =>
      describeConnection(connection, { isBrief: true, asker: request.connection }),
    ),
  );
}

export function directories(config: WordContext['config']): DirectoryPaths {
  return directoryPaths(resolve(config.dataDir), resolve(config.dataLogDir));
}

export function directorySizes(config: WordContext['config']) {
  const { snapshot, log } = directories(config);
  const snapshotBytes = directoryBytes(snapshot);
  return { snapshotBytes, logBytes: log === snapshot ? snapshotBytes : directoryBytes(log) };
}

/** Lengths of the files; one that is purged meanwhile does not count. */
function directoryBytes(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(resolve(directory, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
