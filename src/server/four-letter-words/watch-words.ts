/** Words about watches. Compat: of the data table alone, as in Java; `mntr` counts all. */
import { ClientConnection } from '../../core/requests/client-connection.ts';
import type { Watcher } from '../../core/tree/watch-manager.ts';
import { formatSessionId } from './java-format.ts';
import { joinLines, lines, word } from './word-context.ts';

export const wchs = word(({ processor }) => {
  const { connections, paths, watches } = processor.watches.dataSummary();
  return lines(`${connections} connections watching ${paths} paths`, `Total watches:${watches}`);
});

export const wchc = word(({ processor }) => {
  const pathsByWatcher = new Map<Watcher, string[]>();
  for (const [path, watchers] of processor.watches.dataWatches()) {
    for (const watcher of watchers) {
      const paths = pathsByWatcher.get(watcher);
      if (paths === undefined) pathsByWatcher.set(watcher, [path]);
      else paths.push(path);
    }
  }
  const listed = [...pathsByWatcher].flatMap(([watcher, paths]) => [
    sessionOf(watcher),
    ...paths.map((path) => `\t${path}`),
  ]);
  return joinLines([...listed, '']);
});

export const wchp = word(({ processor }) => {
  const listed: string[] = [];
  for (const [path, watchers] of processor.watches.dataWatches()) {
    listed.push(path);
    for (const watcher of watchers) listed.push(`\t${sessionOf(watcher)}`);
  }
  return joinLines([...listed, '']);
});

function sessionOf(watcher: Watcher): string {
  const id = watcher instanceof ClientConnection ? watcher.session?.id : undefined;
  return formatSessionId(id ?? 0n);
}
