/** Requests and responses of the operations on nodes. */
import {
  bool,
  buffer,
  type Infer,
  int,
  millis,
  record,
  ustring,
  vector,
  zxid,
} from '../jute/schema.ts';
import { AclVector, Id } from './acl.ts';
import { Stat } from './stat.ts';

export type CreateRequest = Infer<typeof CreateRequest>;
export const CreateRequest = record('CreateRequest', {
  path: ustring,
  data: buffer,
  acl: AclVector,
  flags: int,
});

/** `ttl` in milliseconds. */
export type CreateTtlRequest = Infer<typeof CreateTtlRequest>;
export const CreateTtlRequest = record('CreateTTLRequest', {
  path: ustring,
  data: buffer,
  acl: AclVector,
  flags: int,
  ttl: millis,
});

export const CreateResponse = record('CreateResponse', { path: ustring });
export const Create2Response = record('Create2Response', { path: ustring, stat: Stat });

export type DeleteRequest = Infer<typeof DeleteRequest>;
export const DeleteRequest = record('DeleteRequest', { path: ustring, version: int });

/** The path as a buffer, with the bytes of a ustring. */
export const DeleteContainerRequest = record('DeleteContainerRequest', { path: buffer });

export type PathWatchRequest = Infer<typeof PathWatchRequest>;
/** exists, getData, getChildren and getChildren2. */
export const PathWatchRequest = record('PathWatchRequest', { path: ustring, watch: bool });

/** getACL, sync and getAllChildrenNumber. */
export type PathRequest = Infer<typeof PathRequest>;
export const PathRequest = record('PathRequest', { path: ustring });

export const ExistsResponse = record('ExistsResponse', { stat: Stat });
export const GetDataResponse = record('GetDataResponse', { data: buffer, stat: Stat });

export type SetDataRequest = Infer<typeof SetDataRequest>;
export const SetDataRequest = record('SetDataRequest', {
  path: ustring,
  data: buffer,
  version: int,
});
export const SetDataResponse = record('SetDataResponse', { stat: Stat });

export const GetAclResponse = record('GetACLResponse', { acl: AclVector, stat: Stat });

export type SetAclRequest = Infer<typeof SetAclRequest>;
export const SetAclRequest = record('SetACLRequest', {
  path: ustring,
  acl: AclVector,
  version: int,
});
export const SetAclResponse = record('SetACLResponse', { stat: Stat });

export const GetChildrenResponse = record('GetChildrenResponse', { children: vector(ustring) });
export const GetChildren2Response = record('GetChildren2Response', {
  children: vector(ustring),
  stat: Stat,
});

export const SyncResponse = record('SyncResponse', { path: ustring });

export type CheckVersionRequest = Infer<typeof CheckVersionRequest>;
export const CheckVersionRequest = record('CheckVersionRequest', { path: ustring, version: int });

export const GetEphemeralsRequest = record('GetEphemeralsRequest', { prefixPath: ustring });
export const GetEphemeralsResponse = record('GetEphemeralsResponse', {
  ephemerals: vector(ustring),
});
export const GetAllChildrenNumberResponse = record('GetAllChildrenNumberResponse', {
  totalNumber: int,
});

export const ClientInfo = record('ClientInfo', { authScheme: ustring, user: ustring });
export const WhoAmIResponse = record('WhoAmIResponse', { clientInfo: vector(ClientInfo) });

/** The strings may be null; `curConfigId` is the zxid of the expected configuration, or -1. */
export type ReconfigRequest = Infer<typeof ReconfigRequest>;
export const ReconfigRequest = record('ReconfigRequest', {
  joiningServers: ustring,
  leavingServers: ustring,
  newMembers: ustring,
  curConfigId: zxid,
});

export const ErrorResponse = record('ErrorResponse', { err: int });

export { Id };
