/** Words about watches. Compat: of the data table alone, as in Java; `mntr` counts all. */
import { describeSessionId, type SessionId } from '../../base/session-id.ts';
import { ClientConnection } from '../../core/requests/client-connection.ts';
import type { Watcher, WatchManager } from '../../core/tree/watch-manager.ts';
import { joinLines, lines, word } from './word-context.ts';

export const wchs = word(({ processor }) => {
  const { connections, paths, watches } = processor.watches.dataSummary();
  return lines(`${connections} connections watching ${paths} paths`, `Total watches:${watches}`);
});

export const wchc = word(({ processor }) => {
  const listed = [...pathsByWatcher(processor.watches)].flatMap(([watcher, paths]) => [
    describeSessionId(watchingSession(watcher)),
    ...paths.map((path) => `\t${path}`),
  ]);
  return joinLines([...listed, '']);
});

export function pathsByWatcher(watches: WatchManager): ReadonlyMap<Watcher, readonly string[]> {
  const byWatcher = new Map<Watcher, string[]>();
  for (const [path, watchers] of watches.dataWatches()) {
    for (const watcher of watchers) {
      const paths = byWatcher.get(watcher);
      if (paths === undefined) byWatcher.set(watcher, [path]);
      else paths.push(path);
    }
  }
  return byWatcher;
}

export const wchp = word(({ processor }) => {
  const listed: string[] = [];
  for (const [path, watchers] of processor.watches.dataWatches()) {
    listed.push(path);
    for (const watcher of watchers) listed.push(`\t${describeSessionId(watchingSession(watcher))}`);
  }
  return joinLines([...listed, '']);
});

export function watchingSession(watcher: Watcher): SessionId {
  const id = watcher instanceof ClientConnection ? watcher.session?.id : undefined;
  return id ?? 0n;
}
