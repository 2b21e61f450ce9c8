/**
 * deleteOrphanedEphemerals: after the load of a data directory, ephemerals whose session neither
 * the snapshot nor the log knows. A fuzzy snapshot of Java's, ahead of its log, may have them, and
 * nobody else would ever remove them. ZooKeeper's loadData does it with `killSession`, in a
 * standalone server and when a member begins to lead; here every member does it when it loads, so
 * that a leader never has less than its followers.
 *
 * Not after a snapshot that a leader has sent: the txns that follow it may create their sessions.
 */
import type { ServerDatabase } from './requests/server-database.ts';

export function deleteOrphanedEphemerals(database: ServerDatabase): void {
  const { tree, sessionsWithTimeouts } = database;
  for (const owner of tree.ephemeralOwners()) {
    if (sessionsWithTimeouts.has(owner)) continue;
    for (const path of tree.ephemeralsOf(owner)) tree.delete(path, tree.lastProcessedZxid);
  }
}
