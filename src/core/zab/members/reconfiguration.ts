/**
 * What a client's reconfig makes of the configuration (PrepRequestProcessor in ZooKeeper): servers
 * join and leave, or all members are given anew. Errors are those of a Java server, in its order.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { Zxid } from '../../../base/zxid.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { ReconfigRequest } from '../../../protocol/records/node-ops.ts';
import { EnsembleConfig } from './ensemble-config.ts';
import type { EnsembleConfigs } from './ensemble-configs.ts';
import {
  ConfigTextError,
  type EnsembleServer,
  parseEnsembleServer,
  sharedAddress,
} from './ensemble-server.ts';
import { copiedTableSize } from './java-hash-order.ts';

/** The next configuration, whose version is the zxid, or why there is none. */
export function nextConfig(
  request: ReconfigRequest,
  configs: EnsembleConfigs,
  zxid: Zxid,
): EnsembleConfig | ErrorCode {
  const { lastSeen, standaloneEnabled } = configs;
  if (lastSeen.version !== configs.current.version) return ErrorCode.ReconfigInProgress;
  const { curConfigId, newMembers } = request;
  if (curConfigId !== -1 && curConfigId !== lastSeen.version) return ErrorCode.BadVersion;
  const made =
    newMembers === null
      ? changedMembers(request, lastSeen, zxid)
      : givenMembers(newMembers, configs, zxid);
  if (typeof made === 'number') return made;
  return made.voters.size < (standaloneEnabled ? 2 : 1) ? ErrorCode.BadArguments : made;
}

/** Members are separated by commas or by newlines. */
function givenMembers(
  members: string,
  configs: EnsembleConfigs,
  zxid: Zxid,
): EnsembleConfig | ErrorCode {
  const parsed = configs.parse(members.replaceAll(',', '\n'));
  if (parsed.ok) return parsed.config.withVersion(zxid);
  return parsed.isIllegal ? ErrorCode.MarshallingError : ErrorCode.BadArguments;
}

function changedMembers(
  { joiningServers, leavingServers }: ReconfigRequest,
  lastSeen: EnsembleConfig,
  zxid: Zxid,
): EnsembleConfig | ErrorCode {
  if (lastSeen.isHierarchical()) return ErrorCode.BadArguments;
  const servers = new Map(lastSeen.servers);
  try {
    for (const leaving of listOf(leavingServers)) servers.delete(parseSid(leaving));
    for (const joining of listOf(joiningServers)) join(servers, parseJoining(joining));
  } catch (error) {
    if (!(error instanceof ConfigTextError)) throw error;
    return error.isIllegal ? ErrorCode.MarshallingError : ErrorCode.BadArguments;
  }
  // Compat: Java puts them into a copy of the former map, whose table has another size.
  const tableSize = copiedTableSize(lastSeen.servers.size);
  return new EnsembleConfig({ version: zxid, servers: servers.values(), tableSize });
}

function listOf(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function parseSid(text: string): ServerId {
  const sid = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(sid)) return sid;
  throw new ConfigTextError('a server id is a number', true);
}

/** `server.N=…`, with a quorum, an election and a client port. */
function parseJoining(text: string): EnsembleServer {
  const [key = '', value = '', ...more] = text
    .split('=')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (value === '' || more.length > 0) throw new ConfigTextError('not of the form server.N=…');
  const server = parseEnsembleServer(parseSid(key.slice(key.lastIndexOf('.') + 1)), value);
  if (server.clientAddress !== null || server.secureClientAddress !== null) return server;
  throw new ConfigTextError('a server that joins says where clients connect');
}

function join(servers: Map<ServerId, EnsembleServer>, server: EnsembleServer): void {
  for (const other of servers.values()) {
    if (other.id === server.id || sharedAddress(server, other) === null) continue;
    throw new ConfigTextError(`servers ${server.id} and ${other.id} have an address in common`);
  }
  servers.delete(server.id);
  servers.set(server.id, server);
}
