/**
 * zooid: a ZooKeeper client for Node. It needs no package, and works with every server from 3.4 on
 * (what needs a later one says so).
 *
 *   const zk = await ZooKeeper.connect('127.0.0.1:2181/app');
 *   await zk.create('/leader', 'me', { mode: 'ephemeral' });
 *   await zk.close();
 */
export type { ErrorCodeName } from '../protocol/error-code.ts';
export {
  type Acl,
  CREATOR_ALL_ACL,
  OPEN_ACL_UNSAFE,
  type Permission,
  READ_ACL_UNSAFE,
} from './acl.ts';
export type { Multi, MultiCreateOptions } from './calls/multi.ts';
export type {
  GetChildrenResult,
  GetDataResult,
  MultiRead,
  ReadFailure,
} from './calls/multi-read.ts';
export type {
  CreateModeName,
  CreateOptions,
  DeleteOptions,
  EnsurePathOptions,
  OperationOptions,
  ReadOptions,
  SetAclOptions,
  SetDataOptions,
  WaitOptions,
} from './calls/operation-options.ts';
export type { ConfigChange } from './calls/reconfig-call.ts';
export type {
  AddWatchOptions,
  RemoveWatchesOptions,
  WatchOptions,
  WatchRemovalKind,
} from './calls/watch-calls.ts';
export type {
  AuthOption,
  ClientDeps,
  ClientLogger,
  SaslOptions,
  ZooKeeperOptions,
} from './client-options.ts';
export type { Data } from './data.ts';
export type { Stat } from './machine/client-stat.ts';
export type { State, StateChange } from './machine/machine-options.ts';
export type { OperationName, Outcome } from './machine/operation.ts';
export type { ClientIdentity, CreatedNode, NodeData } from './machine/operations.ts';
export type {
  ContinuityBroken,
  NodeEvent,
  WatchEvent,
  WatchListener,
  WatchRemoved,
} from './machine/watch-event.ts';
export {
  exponentialBackoff,
  type RetryPolicy,
  type RetryState,
  retryForever,
  retryNever,
  retryOnce,
  retryTimes,
  retryUntilElapsed,
} from './retry-policy.ts';
export { bytes, json, type Serializer, text } from './serializer.ts';
export type { TlsOptions } from './session/tls-dial.ts';
export type { ConnectedOptions } from './session/wait-until-connected.ts';
export { type Session, ZooKeeper } from './zookeeper.ts';
export { isZooKeeperError, type MultiFailure, ZooKeeperError } from './zookeeper-error.ts';
