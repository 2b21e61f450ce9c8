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
  const isNew = (id: Id) =>
    !connection.authIds.some((known) => known.scheme === id.scheme && known.id === id.id);
  connection.authIds = [...connection.authIds, ...ids.filter(isNew)];
  return ErrorCode.Ok;
}

/** Without a SASL configuration every token is answered with none, as Java does. */
export function writeSaslReply(writer: BinaryWriter): void {
  SaslToken.write(writer, { token: null });
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
