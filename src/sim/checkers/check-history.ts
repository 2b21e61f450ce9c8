/** All checkers of histories, one after the other. */
import type { History, Violation } from '../history.ts';

export function checkHistory(_history: History): Violation[] {
  return [];
}
