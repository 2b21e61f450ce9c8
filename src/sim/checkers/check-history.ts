/** All checkers of histories, one after the other. The first one makes the tree for the others. */
import type { History, Violation } from '../history.ts';
import { checkReads } from './reads.ts';
import { checkReplies } from './replies.ts';
import { checkSessions } from './sessions.ts';
import { checkWatches } from './watches.ts';
import { checkWrites } from './writes.ts';

export function checkHistory(history: History): Violation[] {
  const { violations, tree } = checkWrites(history);
  return [
    ...checkSessions(history),
    ...violations,
    ...checkReplies(history),
    ...checkReads(history, tree),
    ...checkWatches(history, tree),
  ];
}

/** Which of them judge: all, or only the one that knows no more than the clients do. */
export type Judges = 'all' | 'order';
