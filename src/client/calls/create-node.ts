/** create, with what its options add: parents, protection. */
import { parentPath } from '../../base/path-rules.ts';
import { describe } from '../connect-string.ts';
import type { CreatedNode } from '../machine/operations.ts';
import { badArguments, isZooKeeperError } from '../zookeeper-error.ts';
import type { ClientContext } from './client-context.ts';
import { type CreateFacts, createCall } from './create-call.ts';
import { createProtected } from './create-protected.ts';
import { ensurePath, ROUNDS_MAX } from './ensure-path.ts';

export async function createNode(
  context: ClientContext,
  facts: CreateFacts,
): Promise<string | CreatedNode> {
  const { path, options } = facts;
  const { createParents = false } = options;
  if (createParents !== 'container' && typeof createParents !== 'boolean') {
    const reason = `createParents is true, false or container, not ${describe(createParents)}`;
    throw badArguments('create', reason, path);
  }
  for (let round = 1; ; round++) {
    try {
      return await createOnce(context, facts);
    } catch (error) {
      const isParentMissing = createParents !== false && isZooKeeperError(error, 'NoNode');
      if (!isParentMissing || round === ROUNDS_MAX) throw error;
    }
    const { acl } = createCall(facts).args;
    const serverPath = parentPath(context.chroot.toServer(path));
    const isContainer = createParents === 'container';
    await ensurePath(context, { serverPath, path, acl, isContainer }, options);
  }
}

async function createOnce(
  context: ClientContext,
  facts: CreateFacts,
): Promise<string | CreatedNode> {
  const { path, options, isStatWanted } = facts;
  const { chroot } = context;
  const call = createCall(facts);
  const serverPath = chroot.toServer(path);
  const created =
    options.protect === true
      ? await createProtected(context, { call, serverPath, path, isStatWanted }, options)
      : await context.run<string | CreatedNode>(
          {
            operation: call.operation,
            args: { ...call.args, path: serverPath },
            watch: null,
            path,
          },
          options,
          false,
        );
  if (typeof created === 'string') return chroot.toClient(created);
  return { ...created, path: chroot.toClient(created.path) };
}
