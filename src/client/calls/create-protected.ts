/**
 * create with protection (Curator's `withProtection`): the name carries a unique id, so that a node
 * whose creation was not answered can be found and need not be made twice. Without it a lost
 * connection can leave a sequential node behind that nobody knows of, such as the place of a lock
 * that is never released.
 */
import { parentPath } from '../../base/path-rules.ts';
import type { Stat } from '../machine/client-stat.ts';
import type { CreatedNode } from '../machine/operations.ts';
import { exists, getChildren, remove, sync } from '../machine/operations.ts';
import { exponentialBackoff, type RetryPolicy } from '../retry-policy.ts';
import { isZooKeeperError, ZooKeeperError } from '../zookeeper-error.ts';
import type { ClientContext } from './client-context.ts';
import type { CreateCall } from './create-call.ts';
import type { OperationOptions } from './operation-options.ts';
import { pause } from './run-call.ts';

export interface ProtectedFacts {
  readonly call: CreateCall;
  /** With the chroot. */
  readonly serverPath: string;
  /** As the caller gave it, for errors. */
  readonly path: string;
  readonly isStatWanted: boolean;
}

/** Looking for the node is harmless and must not fail for one more lost connection. */
const LOOKING = exponentialBackoff({ baseMs: 50, maxMs: 2000, retriesMax: 20 });

export async function createProtected(
  context: ClientContext,
  facts: ProtectedFacts,
  options: OperationOptions,
): Promise<string | CreatedNode> {
  const { retry = context.defaults.retry, signal } = options;
  const { nowMs, random } = context.defaults;
  const startedMs = nowMs();
  const mark = `_c_${crypto.randomUUID()}-`;
  const sentPath = withMark(facts.serverPath, mark);
  const { operation, args } = facts.call;
  const call = { operation, args: { ...args, path: sentPath }, watch: null, path: facts.path };
  for (let attempt = 1; ; attempt++) {
    try {
      return await context.run<string | CreatedNode>(call, options, false);
    } catch (error) {
      const isUnknown = error instanceof ZooKeeperError && error.outcome === 'unknown';
      const isLost = isUnknown && error.code === 'ConnectionLoss';
      if (!isLost) {
        // Aborted or out of time: it may stand there and nobody would ever know.
        if (isUnknown || signal?.aborted === true) void deleteMarked(context, facts, mark);
        throw error;
      }
      const found = await findMarked(
        context,
        { ...facts, mark },
        { ...options, retry: atLeast(LOOKING, retry) },
      ).catch((lookError: unknown) => {
        void deleteMarked(context, facts, mark);
        throw signal?.aborted === true ? signal.reason : (endOf(lookError, facts.path) ?? error);
      });
      if (found !== null) return found;
      const delayMs = retry.delayMs({ attempt, elapsedMs: nowMs() - startedMs, random });
      if (delayMs === null) throw error;
      await pause(context.shell, delayMs, signal);
    }
  }
}

/** The first policy, and then what the second one would do. */
function atLeast(first: RetryPolicy, second: RetryPolicy): RetryPolicy {
  return { delayMs: (retry) => first.delayMs(retry) ?? second.delayMs(retry) };
}

/** A session that has ended while its node was looked for is what the caller has to know. */
function endOf(error: unknown, path: string): ZooKeeperError | null {
  if (!isZooKeeperError(error, 'SessionExpired', 'AuthFailed', 'InvalidState')) return null;
  const { code, message: reason } = error;
  return new ZooKeeperError({ code, operation: 'create', path, outcome: 'unknown', reason });
}

/** As Curator writes it, so that its tools know what they see. */
function withMark(path: string, mark: string): string {
  const slash = path.lastIndexOf('/');
  return path.slice(0, slash + 1) + mark + path.slice(slash + 1);
}

/** Null when there is none. */
async function findMarked(
  context: ClientContext,
  { serverPath, path, isStatWanted, mark }: ProtectedFacts & { readonly mark: string },
  options: OperationOptions,
): Promise<string | CreatedNode | null> {
  const parent = parentPath(serverPath);
  const run = <T>(operation: typeof sync | typeof getChildren | typeof exists, sent: string) => {
    const args = { path: sent, watch: false };
    return context.run<T>({ operation, args, watch: null, path, name: 'create' }, options, true);
  };
  // Another server may be behind the one that took the creation.
  await run(sync, parent);
  const names = await run<string[]>(getChildren, parent).catch((error: unknown) => {
    if (isZooKeeperError(error, 'NoNode')) return [];
    throw error;
  });
  const name = names.find((each) => each.startsWith(mark));
  if (name === undefined) return null;
  const found = parent === '/' ? `/${name}` : `${parent}/${name}`;
  if (!isStatWanted) return found;
  return { path: found, stat: await run<Stat>(exists, found) };
}

/** Behind the caller's back, as well as it goes; a session that ends takes its nodes with it. */
async function deleteMarked(
  context: ClientContext,
  facts: ProtectedFacts,
  mark: string,
): Promise<void> {
  const options = { retry: LOOKING };
  try {
    const found = await findMarked(context, { ...facts, isStatWanted: false, mark }, options);
    if (typeof found !== 'string') return;
    const args = { path: found, version: -1 };
    await context.run({ operation: remove, args, watch: null, path: facts.path }, options, true);
  } catch {
    // Nobody waits for this, and there is nobody to tell.
  }
}
