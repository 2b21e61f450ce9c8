/**
 * setWatches and setWatches2: a client that has come back registers its watches again, and is told
 * at once of what it missed since `relativeZxid`. Persistent watches are never told of the past.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import { SetWatches, SetWatches2 } from '../../../protocol/records/watches.ts';
import { EventType } from '../../../protocol/watch-event.ts';
import { OPEN_ACL_ID } from '../../tree/acl-table.ts';
import { NO_NODE, type NodeId, NumberField } from '../../tree/node-store.ts';
import { WatchMode } from '../../tree/watch-manager.ts';
import type { ReadContext, ReadOperation } from '../operation.ts';

/** Events made here carry no txn's zxid. */
const NO_TXN = -1;

type Paths = readonly (string | null)[] | null;

function forEach(paths: Paths, visit: (path: string) => void): void {
  for (const path of paths ?? []) {
    if (path === null) throw new JuteError('a null path');
    visit(path);
  }
}

/** Tells the connection, or registers where nothing was missed. */
function settle(context: ReadContext, path: string, missed: Missed): void {
  const { connection, watches } = context;
  if (missed.type === null) return watches.add(connection, path, missed.mode);
  // Compat: Java asks no access list here, other than when a watch fires.
  connection.notify({ type: missed.type, path, zxid: NO_TXN, aclId: OPEN_ACL_ID });
}

interface Missed {
  readonly type: EventType | null;
  readonly mode: typeof WatchMode.data | typeof WatchMode.child;
}

function rewatch(context: ReadContext, request: SetWatches): void {
  const { tree } = context;
  const { relativeZxid } = request;
  const changedSince = (node: NodeId, field: 1 | 2, type: EventType): EventType | null => {
    if (node === NO_NODE) return EventType.nodeDeleted;
    return tree.nodes.number(node, field) > relativeZxid ? type : null;
  };
  forEach(request.dataWatches, (path) => {
    const node = tree.findPath(path);
    const type = changedSince(node, NumberField.mzxid, EventType.nodeDataChanged);
    settle(context, path, { type, mode: WatchMode.data });
  });
  forEach(request.existWatches, (path) => {
    const node = tree.findPath(path);
    const type = node === NO_NODE ? null : EventType.nodeCreated;
    settle(context, path, { type, mode: WatchMode.data });
  });
  forEach(request.childWatches, (path) => {
    const node = tree.findPath(path);
    const type = changedSince(node, NumberField.pzxid, EventType.nodeChildrenChanged);
    settle(context, path, { type, mode: WatchMode.child });
  });
}

export const setWatches: ReadOperation = {
  kind: 'read',
  name: 'setWatches',
  shortName: 'SETW',
  emitsEvents: true,
  serve(context) {
    rewatch(context, SetWatches.read(context.reader));
    return ErrorCode.Ok;
  },
};

export const setWatches2: ReadOperation = {
  kind: 'read',
  name: 'setWatches2',
  shortName: 'STW2',
  emitsEvents: true,
  serve(context) {
    const { connection, watches } = context;
    const request = SetWatches2.read(context.reader);
    rewatch(context, request);
    forEach(request.persistentWatches, (path) => {
      watches.add(connection, path, WatchMode.persistent);
    });
    forEach(request.persistentRecursiveWatches, (path) => {
      watches.add(connection, path, WatchMode.persistentRecursive);
    });
    return ErrorCode.Ok;
  },
};
