/** The operations on nodes, sessions and watches, one after another, as they are on the wire. */

import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type Acl, AclVector } from '../../protocol/records/acl.ts';
import { readStat, type Stat } from './client-stat.ts';
import type { Operation } from './operation.ts';

export interface PathArgs {
  readonly path: string;
}

export interface PathWatchArgs extends PathArgs {
  readonly watch: boolean;
}

export interface VersionArgs extends PathArgs {
  readonly version: number;
}

export interface SetDataArgs extends VersionArgs {
  readonly data: Uint8Array;
}

export interface CreateArgs extends PathArgs {
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly flags: number;
  /** In milliseconds; null but for TTL nodes. */
  readonly ttl: number | null;
}

export interface NodeData {
  readonly data: Uint8Array;
  readonly stat: Stat;
  /** There only when the node has no data at all, which Java's clients tell from empty data. */
  readonly isNull?: true;
}

const NO_BYTES = new Uint8Array(0);

export function readData(reader: BinaryReader): Uint8Array {
  return readBytes(reader, reader.length());
}

/** A copy with memory of its own: what is read from is the connection's. */
function readBytes(reader: BinaryReader, length: number): Uint8Array {
  if (length <= 0) return NO_BYTES;
  const at = reader.at;
  reader.at = at + length;
  // Not `slice` of the instance: for a Node Buffer that is no copy.
  return Uint8Array.prototype.slice.call(reader.bytes, at, at + length);
}

export function readText(reader: BinaryReader): string {
  const text = reader.ustring();
  if (text === null) throw new JuteError('a text was expected, null came');
  return text;
}

export function readTexts(reader: BinaryReader): string[] {
  const count = reader.vectorCount() ?? 0;
  const texts: string[] = [];
  for (let i = 0; i < count; i++) texts.push(readText(reader));
  return texts;
}

function writePath(writer: BinaryWriter, { path }: PathArgs): void {
  writer.ustring(path);
}

export function writePathWatch(writer: BinaryWriter, { path, watch }: PathWatchArgs): void {
  writer.ustring(path);
  writer.bool(watch);
}

export function writePathVersion(writer: BinaryWriter, { path, version }: VersionArgs): void {
  writer.ustring(path);
  writer.int(version);
}

export function writeSetData(writer: BinaryWriter, { path, data, version }: SetDataArgs): void {
  writer.ustring(path);
  writer.buffer(data);
  writer.int(version);
}

export function writeCreate(writer: BinaryWriter, args: CreateArgs): void {
  writer.ustring(args.path);
  writer.buffer(args.data);
  AclVector.write(writer, args.acl);
  writer.int(args.flags);
  if (args.ttl !== null) writer.longFromNumber(args.ttl);
}

export function readNothing(): undefined {
  return undefined;
}

/** Answers with the path only; for servers before 3.5 the only way. */
export const create: Operation<CreateArgs, string> = {
  name: 'create',
  opCode: OpCode.create,
  isRead: false,
  write: writeCreate,
  read: readText,
};

export interface CreatedNode {
  readonly path: string;
  readonly stat: Stat;
}

export function readCreated(reader: BinaryReader): CreatedNode {
  return { path: readText(reader), stat: readStat(reader) };
}

export const create2: Operation<CreateArgs, CreatedNode> = {
  ...{ name: 'create', opCode: OpCode.create2, isRead: false },
  write: writeCreate,
  read: readCreated,
};

export const createContainer: Operation<CreateArgs, CreatedNode> = {
  ...create2,
  opCode: OpCode.createContainer,
};

export const createTtl: Operation<CreateArgs, CreatedNode> = {
  ...create2,
  opCode: OpCode.createTtl,
};

export const remove: Operation<VersionArgs, undefined> = {
  ...{ name: 'delete', opCode: OpCode.delete, isRead: false },
  write: writePathVersion,
  read: readNothing,
};

export const exists: Operation<PathWatchArgs, Stat> = {
  ...{ name: 'exists', opCode: OpCode.exists, isRead: true },
  write: writePathWatch,
  read: readStat,
};

export function readNodeData(reader: BinaryReader): NodeData {
  const length = reader.length();
  const data = readBytes(reader, length);
  const stat = readStat(reader);
  return length < 0 ? { data, stat, isNull: true } : { data, stat };
}

export const getData: Operation<PathWatchArgs, NodeData> = {
  ...{ name: 'getData', opCode: OpCode.getData, isRead: true },
  write: writePathWatch,
  read: readNodeData,
};

export const setData: Operation<SetDataArgs, Stat> = {
  ...{ name: 'setData', opCode: OpCode.setData, isRead: false },
  write: writeSetData,
  read: readStat,
};

export const getAcl: Operation<PathArgs, { acl: readonly Acl[]; stat: Stat }> = {
  ...{ name: 'getAcl', opCode: OpCode.getAcl, isRead: true },
  write: writePath,
  read: (reader) => ({ acl: AclVector.read(reader) ?? [], stat: readStat(reader) }),
};

export interface SetAclArgs extends VersionArgs {
  readonly acl: readonly Acl[];
}

export const setAcl: Operation<SetAclArgs, Stat> = {
  ...{ name: 'setAcl', opCode: OpCode.setAcl, isRead: false },
  write(writer, { path, acl, version }) {
    writer.ustring(path);
    AclVector.write(writer, acl);
    writer.int(version);
  },
  read: readStat,
};

export const getChildren: Operation<PathWatchArgs, string[]> = {
  ...{ name: 'getChildren', opCode: OpCode.getChildren, isRead: true },
  write: writePathWatch,
  read: readTexts,
};

export const getChildren2: Operation<PathWatchArgs, { children: string[]; stat: Stat }> = {
  ...{ name: 'getChildren', opCode: OpCode.getChildren2, isRead: true },
  write: writePathWatch,
  read: (reader) => ({ children: readTexts(reader), stat: readStat(reader) }),
};

export const getAllChildrenNumber: Operation<PathArgs, number> = {
  ...{ name: 'getAllChildrenNumber', opCode: OpCode.getAllChildrenNumber, isRead: true },
  write: writePath,
  read: (reader) => reader.int(),
};

export const getEphemerals: Operation<PathArgs, string[]> = {
  ...{ name: 'getEphemerals', opCode: OpCode.getEphemerals, isRead: true },
  write: writePath,
  read: readTexts,
};

/** It waits for the leader and changes nothing, so that it counts as a read. */
export const sync: Operation<PathArgs, undefined> = {
  ...{ name: 'sync', opCode: OpCode.sync, isRead: true },
  write: writePath,
  read: readNothing,
};

export const addWatch: Operation<{ path: string; mode: number }, undefined> = {
  ...{ name: 'addWatch', opCode: OpCode.addWatch, isRead: true },
  write(writer, { path, mode }) {
    writer.ustring(path);
    writer.int(mode);
  },
  read: readNothing,
};

/** `type` is a WatcherType. */
export const removeWatches: Operation<{ path: string; type: number }, undefined> = {
  ...{ name: 'removeWatches', opCode: OpCode.removeWatches, isRead: true },
  write(writer, { path, type }) {
    writer.ustring(path);
    writer.int(type);
  },
  read: readNothing,
};

export interface ClientIdentity {
  readonly scheme: string;
  readonly id: string;
}

export const whoAmI: Operation<null, ClientIdentity[]> = {
  ...{ name: 'whoAmI', opCode: OpCode.whoAmI, isRead: true },
  write: () => {},
  read(reader) {
    const count = reader.vectorCount() ?? 0;
    const identities: ClientIdentity[] = [];
    for (let i = 0; i < count; i++) {
      identities.push({ scheme: readText(reader), id: reader.ustring() ?? '' });
    }
    return identities;
  },
};

export interface ReconfigArgs {
  readonly joining: string | null;
  readonly leaving: string | null;
  readonly members: string | null;
  readonly fromConfig: bigint;
}

export const reconfig: Operation<ReconfigArgs, NodeData> = {
  ...{ name: 'reconfig', opCode: OpCode.reconfig, isRead: false },
  write(writer, { joining, leaving, members, fromConfig }) {
    writer.ustring(joining);
    writer.ustring(leaving);
    writer.ustring(members);
    writer.long(fromConfig);
  },
  read: readNodeData,
};

/** A token of the SASL exchange; the answer is the next challenge. */
export const sasl: Operation<{ token: Uint8Array }, Uint8Array> = {
  ...{ name: 'sasl', opCode: OpCode.sasl, isRead: true },
  write: (writer, { token }) => writer.buffer(token),
  read: readData,
};

export const closeSession: Operation<null, undefined> = {
  ...{ name: 'close', opCode: OpCode.closeSession, isRead: false },
  write: () => {},
  read: readNothing,
};
