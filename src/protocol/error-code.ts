/**
 * ErrorCode: ZooKeeper's KeeperException codes as one table. `retryable`: trying again later can
 * succeed without anything else changing. `sent`: a server may put it in a reply.
 */
export interface ErrorCodeRow {
  readonly code: number;
  readonly meaning: string;
  readonly retryable: boolean;
  readonly sent: boolean;
}

const row = <const C extends number>(
  code: C,
  meaning: string,
  facts: 'sent' | 'local' | 'retryable' = 'sent',
) => ({
  code,
  meaning,
  retryable: facts === 'retryable',
  sent: facts === 'sent',
});

export const errorCodes = {
  Ok: row(0, 'Everything is well.'),
  SystemError: row(-1, 'Marks the range of system errors.', 'local'),
  RuntimeInconsistency: row(-2, 'In a failed multi: an operation after the one that failed.'),
  DataInconsistency: row(-3, 'Two servers disagree about data.', 'local'),
  ConnectionLoss: row(-4, 'The connection to the server was lost.', 'retryable'),
  MarshallingError: row(-5, 'The request could not be read.'),
  Unimplemented: row(-6, 'The server does not know or does not allow the operation.'),
  OperationTimeout: row(-7, 'The operation took too long.', 'retryable'),
  BadArguments: row(-8, 'A path, flag or range that is not allowed.'),
  InvalidState: row(-9, 'The client is not in a state to do that.', 'local'),
  UnknownSession: row(-12, 'The server does not know the session.'),
  NewConfigNoQuorum: row(-13, 'No quorum of the new configuration is connected.'),
  ReconfigInProgress: row(-14, 'Another reconfiguration is under way.'),
  ApiError: row(-100, 'Marks the range of API errors.', 'local'),
  NoNode: row(-101, 'The node does not exist.'),
  NoAuth: row(-102, 'The ACL does not permit it.'),
  BadVersion: row(-103, 'The version is not the expected one.'),
  NoChildrenForEphemerals: row(-108, 'An ephemeral node cannot have children.'),
  NodeExists: row(-110, 'The node exists already.'),
  NotEmpty: row(-111, 'The node has children.'),
  SessionExpired: row(-112, 'The session has expired.'),
  InvalidCallback: row(-113, 'The callback is not valid.', 'local'),
  InvalidAcl: row(-114, 'The ACL is empty or has an entry that no scheme accepts.'),
  AuthFailed: row(-115, 'Authentication failed; the connection is closed.'),
  SessionMoved: row(-118, 'The session has moved to another server.'),
  NotReadOnly: row(-119, 'A write on a read-only server.'),
  EphemeralOnLocalSession: row(-120, 'An ephemeral node on a local session.'),
  NoWatcher: row(-121, 'There is no such watch.'),
  RequestTimeout: row(-122, 'The client gave up waiting.', 'local'),
  ReconfigDisabled: row(-123, 'Reconfiguration is switched off.'),
  SessionClosedRequireSaslAuth: row(-124, 'The session must authenticate first.'),
  QuotaExceeded: row(-125, 'A hard quota would be exceeded.'),
  ThrottledOp: row(-127, 'The request waited longer than allowed and was not executed.'),
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCodeName = keyof typeof errorCodes;

/** The numbers by name: `ErrorCode.NoNode` is -101. */
export const ErrorCode = Object.fromEntries(
  Object.entries(errorCodes).map(([name, { code }]) => [name, code]),
) as { readonly [K in ErrorCodeName]: (typeof errorCodes)[K]['code'] };
export type ErrorCode = (typeof ErrorCode)[ErrorCodeName];

const namesByCode = new Map<number, string>(
  Object.entries(errorCodes).map(([name, { code }]) => [code, name]),
);

export function describeErrorCode(code: number): string {
  return namesByCode.get(code) ?? `error ${code}`;
}
