/** Errors of the client in the words of Java's zkCli (CliWrapperException, KeeperException). */
import type { ErrorCodeName, ZooKeeperError } from '../client/index.ts';

/** Where the words are not simply the code's name. */
const CODE_WORDS: Partial<Record<ErrorCodeName, string>> = {
  ApiError: 'APIError',
  InvalidAcl: 'InvalidACL',
  NotEmpty: 'Directory not empty',
  SessionExpired: 'Session expired',
  InvalidCallback: 'Invalid callback',
  SessionMoved: 'Session moved',
  NotReadOnly: 'Not a read-only call',
  EphemeralOnLocalSession: 'Ephemeral node on local session',
  NoWatcher: 'No such watcher',
  ReconfigDisabled: 'Reconfig is disabled',
  SessionClosedRequireSaslAuth: 'Session closed because client failed to authenticate',
  QuotaExceeded: 'Quota has exceeded',
  ThrottledOp: 'Op throttled due to high load',
};

/** With the path behind them. */
const SENTENCES: Partial<Record<ErrorCodeName, string>> = {
  NoNode: 'Node does not exist: ',
  NoChildrenForEphemerals: 'Ephemerals cannot have children: ',
  NodeExists: 'Node already exists: ',
  NotEmpty: 'Node not empty: ',
  NotReadOnly: 'Not a read-only call: ',
  InvalidAcl: 'Acl is not valid : ',
  NoAuth: 'Insufficient permission : ',
  BadArguments: 'Arguments are not valid : ',
  BadVersion: 'version No is not valid : ',
  QuotaExceeded: 'Quota has exceeded : ',
};

const WHOLE_SENTENCES: Partial<Record<ErrorCodeName, string>> = {
  ReconfigInProgress:
    'Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)',
  NewConfigNoQuorum:
    'No quorum of new config is connected and up-to-date with the leader of last commmitted ' +
    'config - try invoking reconfiguration after new servers are connected and synced',
};

export function errorText({ code, path, outcome, message }: ZooKeeperError): string {
  // What the client itself has found wrong says so better than Java does.
  if (code === 'BadArguments' && outcome === 'notSent') return message;
  const sentence = SENTENCES[code];
  // Compat: without a path, as of reconfig, it ends there.
  if (sentence !== undefined) return `${sentence}${path ?? ''}`;
  return WHOLE_SENTENCES[code] ?? keeperErrorText(code, path);
}

/** KeeperException's own message. */
export function keeperErrorText(code: ErrorCodeName, path?: string): string {
  const where = path === undefined || path === '' ? '' : ` for ${path}`;
  return `KeeperErrorCode = ${CODE_WORDS[code] ?? code}${where}`;
}
