/**
 * ensurePath: `mkdir -p`. All levels are asked for at once and the missing ones made at once, so
 * that a deep path costs two round trips; whoever else makes or deletes them meanwhile makes it try
 * again.
 */
import { parentPath } from '../../base/path-rules.ts';
import { CreateMode } from '../../protocol/create-mode.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import { create, createContainer, exists } from '../machine/operations.ts';
import { isZooKeeperError, ZooKeeperError } from '../zookeeper-error.ts';
import type { ClientContext } from './client-context.ts';
import type { OperationOptions } from './operation-options.ts';

/** Somebody deletes the path as fast as it is made. */
export const ROUNDS_MAX = 10;

export interface EnsureFacts {
  /** With the chroot: its own levels are made, too. */
  readonly serverPath: string;
  /** As the caller gave it, for errors. */
  readonly path: string;
  readonly acl: AclList;
  readonly isContainer: boolean;
}

export async function ensurePath(
  context: ClientContext,
  facts: EnsureFacts,
  options: OperationOptions,
): Promise<void> {
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const missing = await missingLevels(context, facts, options);
    const made = await Promise.allSettled(
      missing.map((level) => makeLevel(context, { ...facts, serverPath: level }, options)),
    );
    const errors = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    const error = errors.find((each) => !isZooKeeperError(each, 'NodeExists', 'NoNode'));
    if (error !== undefined) throw error;
    if (errors.every((each) => isZooKeeperError(each, 'NodeExists'))) return;
  }
  const { path } = facts;
  const reason = `some level was gone again, ${ROUNDS_MAX} times`;
  throw new ZooKeeperError({
    code: 'NoNode',
    operation: 'create',
    path,
    outcome: 'failed',
    reason,
  });
}

/** From the top down. */
async function missingLevels(
  context: ClientContext,
  { serverPath, path }: EnsureFacts,
  options: OperationOptions,
): Promise<string[]> {
  const levels: string[] = [];
  for (let level = serverPath; level !== '/'; level = parentPath(level)) levels.push(level);
  levels.reverse();
  const found = await Promise.allSettled(
    levels.map((level) => {
      const args = { path: level, watch: false };
      return context.run({ operation: exists, args, watch: null, path }, options, true);
    }),
  );
  return levels.filter((_, at) => {
    const each = found[at];
    if (each?.status !== 'rejected') return false;
    if (!isZooKeeperError(each.reason, 'NoNode')) throw each.reason;
    return true;
  });
}

function makeLevel(
  context: ClientContext,
  { serverPath, path, acl, isContainer }: EnsureFacts,
  options: OperationOptions,
): Promise<unknown> {
  const operation = isContainer ? createContainer : create;
  const flags = isContainer ? CreateMode.container : CreateMode.persistent;
  const args = { path: serverPath, data: new Uint8Array(0), acl, flags, ttl: null };
  // To make a level twice does no harm: the second time it is there.
  return context.run({ operation, args, watch: null, path }, options, true);
}
