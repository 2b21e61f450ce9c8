/** Binds the tree's view and the sessions, both as they are now, to what a snapshot is made from. */
import type { ServerDatabase } from './requests/server-database.ts';
import type { SnapshotSource } from './storage/snapshot-source.ts';

export interface SnapshotChoices {
  readonly serializeLastProcessedZxid: boolean;
  readonly digestEnabled: boolean;
}

export function snapshotSourceOf(
  database: ServerDatabase,
  { serializeLastProcessedZxid, digestEnabled }: SnapshotChoices,
): SnapshotSource {
  const view = database.tree.openView();
  return {
    zxid: view.zxid,
    sessions: [...database.sessionsWithTimeouts],
    acls: view.acls,
    nextNode: (writer) => view.next(writer),
    digest: digestEnabled ? { zxid: view.zxid, value: view.digest } : null,
    serializeLastProcessedZxid,
    release: () => view.close(),
  };
}
