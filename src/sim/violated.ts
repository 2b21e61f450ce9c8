/** Ends a run: an invariant does not hold. */
import type { Violation } from './history.ts';

export class Violated extends Error {
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    super(violations.map(({ invariant, message }) => `${invariant}: ${message}`).join('\n'));
    this.violations = violations;
  }

  static of(invariant: string, message: string): Violated {
    return new Violated([{ invariant, message }]);
  }
}

export function asViolations(error: unknown): readonly Violation[] {
  if (error instanceof Violated) return error.violations;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [{ invariant: 'exception', message: text }];
}
