/**
 * Ephemerals whose session neither the snapshot nor the log knows. A fuzzy snapshot of Java's, ahead
 * of its log, may have them, and nobody else would ever remove them. ZooKeeper's loadData does it
 * with `killSession`, in a standalone server and when a member begins to lead; here every member
 * does it when it loads, so that a leader never has less than its followers.
 *
 * Not after a snapshot that a leader has sent: the txns that follow it may create their sessions.
 * Whoever took one and leads later closes those sessions by txns, which every member applies.
 */
import type { SessionId } from '../base/session-id.ts';
import type { ServerDatabase } from './requests/server-database.ts';

export function orphanedOwners({ tree, sessionsWithTimeouts }: ServerDatabase): SessionId[] {
  return tree.ephemeralOwners().filter((owner) => !sessionsWithTimeouts.has(owner));
}

/** After the load of a data directory. */
export function deleteOrphanedEphemerals(database: ServerDatabase): void {
  const { tree } = database;
  for (const owner of orphanedOwners(database)) {
    for (const path of tree.ephemeralsOf(owner)) tree.delete(path, tree.lastProcessedZxid);
  }
}
