/** What a connection asks about itself: authentication. Answered at once, ahead of other replies. */
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { Id } from '../../protocol/records/acl.ts';
import { AuthPacket, SaslToken } from '../../protocol/records/connect.ts';
import type { AccessRules } from './auth-provider.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Operation } from './operation.ts';
import type { RequestOptions } from './request-options.ts';

/** Identities of one connection. Every check of an ACL looks at them all. */
const AUTH_IDS_MAX = 256;

const NOTHING = new Uint8Array(0);

/** Adds the ids that the packet earns; AuthFailed when it earns none. May throw a JuteError. */
export function authenticate(
  connection: ClientConnection,
  reader: BinaryReader,
  access: AccessRules,
): ErrorCode {
  const { scheme, auth } = AuthPacket.read(reader);
  const from = { remoteAddress: connection.remote.address, authIds: connection.authIds };
  const ids = auth === null ? null : access.provider(scheme)?.authenticate(auth, from);
  if (!ids || connection.authIds.length >= AUTH_IDS_MAX) return ErrorCode.AuthFailed;
  addIds(connection, ids);
  return ErrorCode.Ok;
}

function addIds(connection: ClientConnection, ids: readonly Id[]): void {
  const isNew = (id: Id) =>
    !connection.authIds.some((known) => known.scheme === id.scheme && known.id === id.id);
  connection.authIds = [...connection.authIds, ...ids.filter(isNew)];
}

export interface SaslReply {
  /** Anything but Ok ends the connection. */
  readonly err: ErrorCode;
  readonly token: Uint8Array | null;
}

/** The next step of the client's SASL negotiation. May throw a JuteError. */
export function negotiateSasl(
  connection: ClientConnection,
  reader: BinaryReader,
  { access, options }: { access: AccessRules; options: RequestOptions },
): SaslReply {
  const { token } = SaslToken.read(reader);
  connection.sasl ??= access.startSasl?.(connection.remote) ?? null;
  // Without a SASL configuration every token is answered with none, as Java does.
  if (connection.sasl === null) return { err: ErrorCode.Ok, token: null };
  const answer = connection.sasl.next(token ?? NOTHING);
  if (answer === null) return { err: failedSasl(options), token: null };
  addIds(connection, answer.ids);
  return { err: ErrorCode.Ok, token: answer.token };
}

function failedSasl(options: RequestOptions): ErrorCode {
  if (options.enforcedAuthSchemes.includes('sasl')) return ErrorCode.SessionClosedRequireSaslAuth;
  return options.allowSaslFailedClients === true ? ErrorCode.Ok : ErrorCode.AuthFailed;
}

/** Compat: the body is there also when the header says that the negotiation failed. */
export function writeSaslReply(writer: BinaryWriter, xid: number, { err, token }: SaslReply): void {
  const mark = writer.beginFrame();
  writer.int(xid);
  writer.longFromNumber(0);
  writer.int(err);
  SaslToken.write(writer, { token });
  writer.endFrame(mark);
}

/** True when the connection must authenticate before it may ask this. */
export function isEnforcedAuthMissing(
  connection: ClientConnection,
  operation: Operation,
  { enforcedAuthSchemes }: RequestOptions,
): boolean {
  if (enforcedAuthSchemes.length === 0 || operation.kind === 'connection') return false;
  return !connection.authIds.some(({ scheme }) => enforcedAuthSchemes.includes(scheme ?? ''));
}
