// Names the recorded frames: which record a frame holds, and which form of it, so that one file is
// kept for each form. Read by hand from the bytes; src/ is not asked.

import type { RecordedFrame } from './recording-proxy.ts';

export interface GoldenName {
  /** The start of the file name: `create-request-flags-3`. */
  readonly name: string;
  /** Records in the frame, in order, as ZooKeeper names them. */
  readonly records: string;
}

const requestRecords: Record<string, string> = {
  create: 'CreateRequest',
  create2: 'CreateRequest',
  createContainer: 'CreateRequest',
  createTTL: 'CreateTTLRequest',
  delete: 'DeleteRequest',
  exists: 'ExistsRequest',
  getData: 'GetDataRequest',
  setData: 'SetDataRequest',
  getACL: 'GetACLRequest',
  setACL: 'SetACLRequest',
  getChildren: 'GetChildrenRequest',
  getChildren2: 'GetChildren2Request',
  sync: 'SyncRequest',
  ping: '',
  multi: 'MultiTransactionRecord',
  multiRead: 'MultiTransactionRecord',
  reconfig: 'ReconfigRequest',
  checkWatches: 'CheckWatchesRequest',
  removeWatches: 'RemoveWatchesRequest',
  auth: 'AuthPacket',
  setWatches: 'SetWatches',
  setWatches2: 'SetWatches2',
  sasl: 'GetSASLRequest',
  getEphemerals: 'GetEphemeralsRequest',
  getAllChildrenNumber: 'GetAllChildrenNumberRequest',
  addWatch: 'AddWatchRequest',
  whoAmI: '',
  closeSession: '',
};

const responseRecords: Record<string, string> = {
  create: 'CreateResponse',
  create2: 'Create2Response',
  createContainer: 'Create2Response',
  createTTL: 'Create2Response',
  exists: 'ExistsResponse',
  getData: 'GetDataResponse',
  setData: 'SetDataResponse',
  getACL: 'GetACLResponse',
  setACL: 'SetACLResponse',
  getChildren: 'GetChildrenResponse',
  getChildren2: 'GetChildren2Response',
  sync: 'SyncResponse',
  multi: 'MultiResponse',
  multiRead: 'MultiResponse',
  reconfig: 'GetDataResponse',
  sasl: 'SetSASLResponse',
  getEphemerals: 'GetEphemeralsResponse',
  getAllChildrenNumber: 'GetAllChildrenNumberResponse',
  addWatch: 'ErrorResponse',
  whoAmI: 'WhoAmIResponse',
};

const kebab = (op: string): string =>
  op
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace('who-am-i', 'who-am-i');

const requestForm = (op: string, payload: Buffer): string => {
  if (op === 'connect') return payload.length === 44 ? '-old-form' : '';
  if (op === 'create' || op === 'create2' || op === 'createContainer') {
    return `-flags-${payload.readInt32BE(payload.length - 4)}`;
  }
  if (op === 'createTTL') return `-flags-${payload.readInt32BE(payload.length - 12)}`;
  if (op === 'multi') return payload.length === 17 ? '-empty' : payload.length < 17 ? '-cut' : '';
  if (op === 'setData')
    return payload.includes(Buffer.from('ffffffffffffffff', 'hex')) ? '-null' : '';
  return '';
};

const responseForm = (op: string, payload: Buffer): string => {
  if (op === 'connect') {
    if (payload.readInt32BE(4) === 0) return '-refused';
    return payload.length === 36 ? '-old-form' : '';
  }
  if (op === 'event') return `-type-${payload.readInt32BE(16)}`;
  if (op === 'getData') {
    const length = payload.readInt32BE(16);
    return length === -1 ? '-null' : length === 0 ? '-empty' : '';
  }
  if (op === 'multi') {
    const type = payload.readInt32BE(16);
    return payload.length === 25 ? '-empty' : type === -1 ? '-failed' : '';
  }
  return '';
};

/** The name and records of a frame. */
export const goldenName = (frame: RecordedFrame): GoldenName => {
  const { op, payload } = frame;
  if (frame.from === 'client') {
    const records =
      op === 'connect' ? 'ConnectRequest' : `RequestHeader ${requestRecords[op] ?? ''}`.trim();
    return { name: `${kebab(op)}-request${requestForm(op, payload)}`, records };
  }
  if (op === 'connect') {
    return { name: `connect-response${responseForm(op, payload)}`, records: 'ConnectResponse' };
  }
  if (op === 'event') {
    return {
      name: `watcher-event${responseForm(op, payload)}`,
      records: 'ReplyHeader WatcherEvent',
    };
  }
  const err = payload.readInt32BE(12);
  if (err !== 0) return { name: `${kebab(op)}-error${err}`, records: 'ReplyHeader' };
  return {
    name: `${kebab(op)}-response${responseForm(op, payload)}`,
    records: `ReplyHeader ${responseRecords[op] ?? ''}`.trim(),
  };
};
