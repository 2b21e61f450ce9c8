import { isZooKeeperError } from '../client/index.ts';

/** One sentence about trouble with the server: what, where, what to do. Undefined for other errors. */
export function adviceFor(error: unknown, host: string): string | undefined {
  if (!isZooKeeperError(error)) return undefined;
  const { code, reason } = error;
  switch (code) {
    case 'ConnectionLoss':
    case 'RequestTimeout':
      return (
        `No server is to be had at ${host} (${reason}): is it running there? ` +
        'Otherwise name another, with -server or connect.'
      );
    case 'AuthFailed':
      return (
        `The server at ${host} does not accept the credentials (${reason}): check scheme, user ` +
        'and password, and connect anew.'
      );
    case 'SessionExpired':
      return (
        `The server at ${host} has ended the session (${reason}): its ephemerals are gone. ` +
        'connect begins a new one.'
      );
    default:
      return undefined;
  }
}
