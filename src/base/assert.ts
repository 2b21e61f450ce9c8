/**
 * Assertions stay on in production: a failed one is a bug in this program, never a fault of a
 * peer, a client or a disk, and the process stops rather than guess.
 */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: boolean, message = 'assertion failed'): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** For values whose absence would be a bug: narrows away null and undefined. */
export function present<T>(value: T | null | undefined, message = 'value is absent'): T {
  if (value === null || value === undefined) throw new AssertionError(message);
  return value;
}

/** The `default` of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}
