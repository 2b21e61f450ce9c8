/** Checks of arguments before anything is sent; they throw BadArguments that names the value. */
import { pathProblem } from '../../base/path-rules.ts';
import { describe } from '../connect-string.ts';
import type { OperationName } from '../machine/operation.ts';
import { badArguments } from '../zookeeper-error.ts';

/** `isPrefix`: a sequence number follows, so that it may end in a slash. */
export function checkPath(
  operation: OperationName,
  path: unknown,
  { isPrefix = false }: { readonly isPrefix?: boolean } = {},
): void {
  if (typeof path !== 'string') {
    throw badArguments(operation, `a path is a string, not ${describe(path)}`);
  }
  const problem = pathProblem(isPrefix ? `${path}0` : path);
  if (problem !== null) throw badArguments(operation, problem, path);
}

const VERSION_MAX = 2 ** 31 - 1;

export function checkVersion(
  version: unknown,
  { operation, path }: { readonly operation: OperationName; readonly path: string },
): number {
  if (version === undefined) return -1;
  const isGood = Number.isInteger(version) && Math.abs(version as number) <= VERSION_MAX;
  if (isGood) return version as number;
  throw badArguments(operation, `a version is a whole number, not ${describe(version)}`, path);
}
