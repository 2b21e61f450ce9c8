/**
 * delete with everything below, from the leaves up, not at once: others see it in parts, and may
 * add nodes meanwhile, which are then deleted, too. Each level costs one round trip.
 */
import { getChildren, remove } from '../machine/operations.ts';
import { isZooKeeperError } from '../zookeeper-error.ts';
import type { ClientContext } from './client-context.ts';
import { ROUNDS_MAX } from './ensure-path.ts';
import type { OperationOptions } from './operation-options.ts';

export interface DeleteFacts {
  readonly serverPath: string;
  /** As the caller gave it, for errors. */
  readonly path: string;
  /** Of the top node. */
  readonly version: number;
}

export async function deleteRecursive(
  context: ClientContext,
  facts: DeleteFacts,
  options: OperationOptions,
): Promise<void> {
  for (let round = 1; ; round++) {
    const levels = await levelsBelow(context, facts, options);
    try {
      for (const level of levels.reverse()) {
        const isDone = level.map((path) => deleteOne(context, { ...facts, path }, options));
        for (const each of await Promise.allSettled(isDone)) {
          if (each.status === 'rejected') throw each.reason;
        }
      }
      return;
    } catch (error) {
      // Somebody has added a node since the list was made.
      if (!isZooKeeperError(error, 'NotEmpty') || round === ROUNDS_MAX) throw error;
    }
  }
}

/** The paths, level by level, the top node alone in the first. */
async function levelsBelow(
  context: ClientContext,
  { serverPath, path }: DeleteFacts,
  options: OperationOptions,
): Promise<string[][]> {
  const levels = [[serverPath]];
  for (let level = levels[0] ?? []; level.length > 0; ) {
    const lists = await Promise.all(
      level.map(async (parent) => {
        const args = { path: parent, watch: false };
        const call = { operation: getChildren, args, watch: null, path, name: 'delete' } as const;
        try {
          const names = await context.run<string[]>(call, options, true);
          return names.map((name) => (parent === '/' ? `/${name}` : `${parent}/${name}`));
        } catch (error) {
          if (parent !== serverPath && isZooKeeperError(error, 'NoNode')) return [];
          throw error;
        }
      }),
    );
    level = lists.flat();
    if (level.length > 0) levels.push(level);
  }
  return levels;
}

async function deleteOne(
  context: ClientContext,
  { path, serverPath, version }: DeleteFacts,
  options: OperationOptions,
): Promise<void> {
  const isTop = path === serverPath;
  const args = { path, version: isTop ? version : -1 };
  const seen = context.chroot.toClient(path);
  const call = { operation: remove, args, watch: null, path: seen };
  try {
    await context.run(call, options, args.version === -1);
  } catch (error) {
    if (isTop || !isZooKeeperError(error, 'NoNode')) throw error;
  }
}
