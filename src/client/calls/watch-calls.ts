/**
 * Watches that stay, and the removal of watches. The server keeps one watch for each path and kind
 * of a client, whoever listens here; so it is told to remove one only when nobody listens any more.
 */
import { AddWatchMode, WatcherType } from '../../protocol/watch-event.ts';
import { describe } from '../connect-string.ts';
import { EventBuffer } from '../event-buffer.ts';
import type { WatchKind } from '../machine/operation.ts';
import { addWatch, removeWatches } from '../machine/operations.ts';
import type { WatchEvent, WatchListener } from '../machine/watch-event.ts';
import { WATCH_TABLES, type WatchTableName } from '../machine/watch-registry.ts';
import { badArguments, isZooKeeperError, ZooKeeperError } from '../zookeeper-error.ts';
import type { ClientContext } from './client-context.ts';
import type { OperationOptions, WaitOptions } from './operation-options.ts';
import { checkPath } from './paths.ts';

export interface AddWatchOptions extends OperationOptions {
  /** `persistentRecursive` hears of all nodes below, too. `persistent` by default. */
  readonly mode?: 'persistent' | 'persistentRecursive' | undefined;
}

export type WatchRemovalKind = 'data' | 'children' | 'persistent' | 'persistentRecursive' | 'any';

export interface RemoveWatchesOptions extends OperationOptions {
  /** `any` is the default. */
  readonly kind?: WatchRemovalKind | undefined;
  /** Removes them here also when the server cannot be asked. */
  readonly local?: boolean | undefined;
  /** Only this listener's. */
  readonly listener?: WatchListener | undefined;
}

export interface WatchOptions {
  readonly recursive?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Events that wait to be read. Beyond, they give way to one `continuityBroken`. 1000. */
  readonly bufferMax?: number | undefined;
}

const BUFFER_MAX = 1000;

const TABLES: Readonly<Record<WatchRemovalKind, readonly WatchTableName[]>> = {
  data: ['data', 'exist'],
  children: ['children'],
  persistent: ['persistent'],
  persistentRecursive: ['persistentRecursive'],
  any: WATCH_TABLES,
};

/** Which of the server's kinds a table belongs to. */
const SERVER_TYPES: Readonly<Record<WatchTableName, number>> = {
  data: WatcherType.data,
  exist: WatcherType.data,
  children: WatcherType.children,
  persistent: WatcherType.persistent,
  persistentRecursive: WatcherType.persistentRecursive,
};

export function checkListener(listener: unknown, path: string): void {
  if (typeof listener === 'function') return;
  throw badArguments('watch', `a watch is a function, not ${describe(listener)}`, path);
}

/** Resolves, when the server has the watch, with what removes it; that never rejects. */
export async function addPersistentWatch(
  context: ClientContext,
  { path, listener }: { readonly path: string; readonly listener: WatchListener },
  options: AddWatchOptions,
): Promise<() => Promise<void>> {
  const { mode = 'persistent' } = options;
  checkPath('addWatch', path);
  checkListener(listener, path);
  if (!Object.hasOwn(AddWatchMode, mode)) {
    throw badArguments('addWatch', `there is no mode ${describe(mode)}`, path);
  }
  const serverPath = context.chroot.toServer(path);
  const args = { path: serverPath, mode: AddWatchMode[mode] };
  const watch = { kind: mode, path: serverPath, listener };
  await context.run({ operation: addWatch, args, watch, path }, options, true);
  const removal = { path, tables: [mode] as const, listener };
  return () => removeLocally(context, removal);
}

interface Removal {
  /** As the caller gave it. */
  readonly path: string;
  readonly tables: readonly WatchTableName[];
  readonly listener: WatchListener | undefined;
}

async function removeLocally(context: ClientContext, removal: Removal): Promise<void> {
  await removeMatching(context, removal, { local: true }).catch((error: unknown) => {
    // Somebody else has removed it, as the end of the client does.
    if (!isZooKeeperError(error, 'NoWatcher')) throw error;
  });
}

export async function removeWatchesOf(
  context: ClientContext,
  path: string,
  options: RemoveWatchesOptions,
): Promise<void> {
  const { kind = 'any', listener } = options;
  checkPath('removeWatches', path);
  if (listener !== undefined) checkListener(listener, path);
  if (!Object.hasOwn(TABLES, kind)) {
    throw badArguments('removeWatches', `there is no kind ${describe(kind)}`, path);
  }
  await removeMatching(context, { path, tables: TABLES[kind], listener }, options);
}

async function removeMatching(
  context: ClientContext,
  removal: Removal,
  options: RemoveWatchesOptions,
): Promise<void> {
  const { path } = removal;
  const serverPath = context.chroot.toServer(path);
  if (matching(context, removal).length === 0) {
    throw new ZooKeeperError({
      code: 'NoWatcher',
      operation: 'removeWatches',
      path,
      outcome: 'notSent',
    });
  }
  try {
    for (const type of typesToRemove(context, removal)) {
      const args = { path: serverPath, type };
      await context.run({ operation: removeWatches, args, watch: null, path }, options, true);
    }
  } catch (error) {
    // NoWatcher: it has gone with its event. Servers before 3.9 do not know the persistent kinds
    // on their own; the watch is then left at the server, whose events nobody hears.
    const isGone = isZooKeeperError(error, 'NoWatcher', 'MarshallingError', 'BadArguments');
    if (!isGone && options.local !== true) throw error;
  }
  const told = new Set<WatchListener>();
  for (const table of matching(context, removal)) {
    const watch = { table, path: serverPath };
    for (const each of context.shell.machine.watches.remove(watch, removal.listener))
      told.add(each);
  }
  context.shell.tell(told, { type: 'watchRemoved', path });
}

/** The tables with a listener that is to go. */
function matching(context: ClientContext, { path, tables, listener }: Removal): WatchTableName[] {
  const { watches } = context.shell.machine;
  const serverPath = context.chroot.toServer(path);
  return tables.filter((table) => {
    const listeners = watches.listeners(table, serverPath);
    return listener === undefined ? listeners.size > 0 : listeners.has(listener);
  });
}

/** What to ask of the server: nothing of what somebody else still listens to, or is about to. */
function typesToRemove(context: ClientContext, removal: Removal): Set<number> {
  const { machine } = context.shell;
  const serverPath = context.chroot.toServer(removal.path);
  const going = matching(context, removal);
  const wanted = new Set<number>();
  for (const table of WATCH_TABLES) {
    const listeners = machine.watches.listeners(table, serverPath);
    const isKept = removal.listener !== undefined && listeners.size > 1;
    if (listeners.size > 0 && (!going.includes(table) || isKept)) wanted.add(SERVER_TYPES[table]);
  }
  for (const kind of machine.watchesInFlight(serverPath)) wanted.add(SERVER_TYPES[tableOf(kind)]);
  // Every server knows this one.
  if (wanted.size === 0) return new Set([WatcherType.any]);
  const types = going.map((table) => SERVER_TYPES[table]);
  return new Set(types.filter((type) => !wanted.has(type)));
}

function tableOf(kind: WatchKind): WatchTableName {
  return kind === 'exists' ? 'exist' : kind;
}

/** A persistent watch to be read in a loop. */
export function watchIterator(
  context: ClientContext,
  path: string,
  options: WatchOptions,
): EventBuffer<WatchEvent> {
  const { signal, bufferMax = BUFFER_MAX } = options;
  if (!Number.isInteger(bufferMax) || bufferMax < 1) {
    const reason = `bufferMax is a whole number above 0, not ${describe(bufferMax)}`;
    throw badArguments('watch', reason, path);
  }
  checkPath('watch', path);
  const onAbort = () => buffer.fail(signal?.reason);
  const buffer = new EventBuffer<WatchEvent>({
    max: bufferMax,
    onOverflow: () => [{ type: 'continuityBroken', path, reason: 'overflow' }],
    async onEnd() {
      signal?.removeEventListener('abort', onAbort);
      await removing();
    },
  });
  const listener = (event: WatchEvent) => {
    buffer.push(event);
    if (event.type === 'watchRemoved') buffer.end();
  };
  const mode = options.recursive === true ? 'persistentRecursive' : 'persistent';
  const wait: WaitOptions = { signal };
  const added = addPersistentWatch(context, { path, listener }, { mode, ...wait }).catch(
    (error: unknown) => buffer.fail(error),
  );
  const removing = async () => (await added)?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  return buffer;
}
