/** Names of items with a priority: `entry-100-0000000007`, as kazoo writes them. */
import type { SequenceName } from './sequence-nodes.ts';
import { compareSequence } from './sequence-nodes.ts';

export interface PriorityName extends SequenceName {
  readonly priority: number;
}

const NAME = /(?:^|-)entry-(\d{3})-(-?\d{10})$/;

/** The range of three digits; the lowest is the most urgent. */
export const PRIORITY = { min: 0, max: 999, usual: 100 } as const;

export function priorityPrefix(priority: number): string {
  return `entry-${String(priority).padStart(3, '0')}-`;
}

/** The most urgent first, among equals the oldest. Other children are left out. */
export function sortPriorityNames(children: readonly string[]): PriorityName[] {
  return children
    .map((name) => {
      const match = NAME.exec(name);
      if (match === null) return undefined;
      return { name, priority: Number(match[1]), sequence: Number(match[2]) };
    })
    .filter((each) => each !== undefined)
    .sort((a, b) => a.priority - b.priority || compareSequence(a, b));
}
