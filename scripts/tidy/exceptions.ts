/**
 * scripts/tidy-allow.txt: findings that are known and accepted, `<rule> <path>  # why` a line.
 * The list may only shrink: an entry that excuses nothing any more is itself a finding.
 */
import type { Finding } from './repository.ts';

export const EXCEPTIONS_PATH = 'scripts/tidy-allow.txt';

export function applyExceptions(findings: readonly Finding[], list: string): Finding[] {
  const entries = new Map<string, number>();
  list.split('\n').forEach((line, index) => {
    const entry = line.replace(/#.*$/, '').trim().replace(/\s+/, ' ');
    if (entry !== '') entries.set(entry, index + 1);
  });
  const used = new Set<string>();
  const remaining = findings.filter(({ rule, path }) => {
    const entry = `${rule} ${path}`;
    if (entries.has(entry)) used.add(entry);
    return !entries.has(entry);
  });
  const stale = [...entries].filter(([entry]) => !used.has(entry));
  return [
    ...remaining,
    ...stale.map(([entry, line]) => ({
      path: EXCEPTIONS_PATH,
      line,
      rule: 'exception',
      message: `"${entry}" excuses nothing any more. Remove it.`,
    })),
  ];
}
