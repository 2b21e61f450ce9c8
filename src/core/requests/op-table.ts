/** Every operation by its op code: the only place that knows them all. */
import { ErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type {
  ConnectionOperation,
  Operation,
  RefusedOperation,
  WriteOperation,
} from './operation.ts';
import { addWatch } from './ops/add-watch.ts';
import { checkWatches, removeWatches } from './ops/check-watches.ts';
import { create, create2, createContainer, createTtl } from './ops/create.ts';
import { deleteNode } from './ops/delete.ts';
import { exists } from './ops/exists.ts';
import { getAcl } from './ops/get-acl.ts';
import { getAllChildrenNumber } from './ops/get-all-children-number.ts';
import { getChildren, getChildren2 } from './ops/get-children.ts';
import { getData } from './ops/get-data.ts';
import { getEphemerals } from './ops/get-ephemerals.ts';
import { multi } from './ops/multi.ts';
import { multiRead } from './ops/multi-read.ts';
import { ping } from './ops/ping.ts';
import { reconfig } from './ops/reconfig.ts';
import { closeSession, createSession } from './ops/session-ops.ts';
import { setAcl } from './ops/set-acl.ts';
import { setData } from './ops/set-data.ts';
import { setWatches, setWatches2 } from './ops/set-watches.ts';
import { sync } from './ops/sync.ts';
import { whoAmI } from './ops/who-am-i.ts';

const refused = (
  name: RefusedOperation['name'],
  err: ErrorCode,
  closes = false,
): RefusedOperation => ({ kind: 'refused', name, shortName: 'NA', err, closes });

const connectionOperation = (name: ConnectionOperation['name']): ConnectionOperation => ({
  kind: 'connection',
  name,
  shortName: 'NA',
});

const table: readonly (readonly [number, Operation])[] = [
  [OpCode.create, create],
  [OpCode.delete, deleteNode],
  [OpCode.exists, exists],
  [OpCode.getData, getData],
  [OpCode.setData, setData],
  [OpCode.getAcl, getAcl],
  [OpCode.setAcl, setAcl],
  [OpCode.getChildren, getChildren],
  [OpCode.sync, sync],
  [OpCode.ping, ping],
  [OpCode.getChildren2, getChildren2],
  [OpCode.check, refused('check', ErrorCode.Unimplemented, true)],
  [OpCode.multi, multi],
  [OpCode.create2, create2],
  [OpCode.reconfig, reconfig],
  [OpCode.checkWatches, checkWatches],
  [OpCode.removeWatches, removeWatches],
  [OpCode.createContainer, createContainer],
  [OpCode.deleteContainer, refused('deleteContainer', ErrorCode.Unimplemented)],
  [OpCode.createTtl, createTtl],
  [OpCode.multiRead, multiRead],
  [OpCode.auth, connectionOperation('auth')],
  [OpCode.setWatches, setWatches],
  [OpCode.sasl, connectionOperation('sasl')],
  [OpCode.getEphemerals, getEphemerals],
  [OpCode.getAllChildrenNumber, getAllChildrenNumber],
  [OpCode.setWatches2, setWatches2],
  [OpCode.addWatch, addWatch],
  [OpCode.whoAmI, whoAmI],
  [OpCode.closeSession, closeSession],
];

/** Undefined for a number that no operation has. Indexed from -11: an array is faster than a Map. */
const FIRST = -11;
const operations: (Operation | undefined)[] = [];
for (const [code, operation] of table) operations[code - FIRST] = operation;

export function operationOf(code: number): Operation | undefined {
  return operations[code - FIRST];
}

/**
 * What a learner may ask of its leader: the writes that clients may ask, and new sessions. An error
 * for everything else.
 */
export function forwardedOperationOf(code: number): WriteOperation | ErrorCode {
  if (code === OpCode.createSession) return createSession;
  const operation = operationOf(code);
  if (operation?.kind === 'write') return operation;
  return operation?.kind === 'refused' ? operation.err : ErrorCode.Unimplemented;
}

/** What the next operation is called in the statistics, for all that have a name. */
export const operationTable = table;
