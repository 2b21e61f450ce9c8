/** The first exchange on a connection, and the headers of every later one. */
import {
  bool,
  buffer,
  type Infer,
  int,
  record,
  sessionId,
  trailing,
  ustring,
  zxid,
} from '../jute/schema.ts';

/** 45 bytes, 44 from clients older than 3.4, which leave out `readOnly`. */
export type ConnectRequest = Infer<typeof ConnectRequest>;
export const ConnectRequest = record('ConnectRequest', {
  protocolVersion: int,
  lastZxidSeen: zxid,
  timeOut: int,
  sessionId,
  passwd: buffer,
  readOnly: trailing(bool),
});

/** `readOnly` is sent only to clients whose request had it. A refused session has timeOut 0. */
export type ConnectResponse = Infer<typeof ConnectResponse>;
export const ConnectResponse = record('ConnectResponse', {
  protocolVersion: int,
  timeOut: int,
  sessionId,
  passwd: buffer,
  readOnly: trailing(bool),
});

export type RequestHeader = Infer<typeof RequestHeader>;
export const RequestHeader = record('RequestHeader', { xid: int, type: int });

export type ReplyHeader = Infer<typeof ReplyHeader>;
export const ReplyHeader = record('ReplyHeader', { xid: int, zxid, err: int });

export type AuthPacket = Infer<typeof AuthPacket>;
export const AuthPacket = record('AuthPacket', { type: int, scheme: ustring, auth: buffer });

export type SaslToken = Infer<typeof SaslToken>;
export const SaslToken = record('SaslToken', { token: buffer });

/** Xids that are not a client's own counter. */
export const Xid = { notification: -1, ping: -2, auth: -4, setWatches: -8 } as const;
