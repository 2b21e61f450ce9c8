/**
 * The rules for znode paths (ZooKeeper's PathUtils.validatePath). Characters are UTF-16 units, so
 * whatever lies outside the basic plane is refused.
 */

/** Null for a good path, else one sentence that says what is wrong with it. */
export function pathProblem(path: string): string | null {
  if (path.length === 0) return 'Path length must be > 0';
  if (path.charCodeAt(0) !== 0x2f) return 'Path must start with / character';
  if (path.length === 1) return null;
  if (path.endsWith('/')) return 'Path must not end with / character';
  let elementStart = 1;
  for (let at = 1; at <= path.length; at++) {
    const unit = at === path.length ? 0x2f : path.charCodeAt(at);
    if (unit === 0x2f) {
      const problem = elementProblem(path, elementStart, at);
      if (problem) return problem;
      elementStart = at + 1;
    } else if (isForbidden(unit)) {
      return `invalid character @${at}`;
    }
  }
  return null;
}

function elementProblem(path: string, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0) return `empty node name specified @${start}`;
  const isRelative =
    path.charCodeAt(start) === 0x2e &&
    (length === 1 || (length === 2 && path.charCodeAt(start + 1) === 0x2e));
  return isRelative ? `relative paths not allowed @${end - 1}` : null;
}

function isForbidden(unit: number): boolean {
  return (
    unit <= 0x1f ||
    (unit >= 0x7f && unit <= 0x9f) ||
    (unit >= 0xd800 && unit <= 0xf8ff) ||
    (unit >= 0xfff0 && unit <= 0xffff)
  );
}

/** The parent's path: "/" for a child of the root, and for what has no slash behind the first. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
