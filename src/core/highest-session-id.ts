/** Of this server's sessions that snapshot, log and this process know: no new one may have an id up to it. */
import type { SessionId } from '../base/session-id.ts';
import type { ServerDatabase } from './requests/server-database.ts';

export function highestSessionId(database: ServerDatabase, serverId: number): SessionId {
  let highest = 0n;
  const consider = (id: SessionId) => {
    if (id > highest && Number(BigInt.asUintN(64, id) >> 56n) === serverId % 256) highest = id;
  };
  consider(database.highestSessionId);
  consider(database.lastMadeSessionId);
  for (const id of database.sessionsWithTimeouts.keys()) consider(id);
  return highest;
}
