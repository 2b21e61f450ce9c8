/**
 * Tables of the code have their rows in the pages. A page that does not exist yet is not missed;
 * once it does, it is complete.
 */
import type { Finding, RepositoryFile, Rule } from './repository.ts';

interface PageRule {
  readonly page: string;
  readonly source: string;
  /** What must have a row, from the source; global, the first group is the name. */
  readonly names: RegExp;
  readonly kind: string;
}

const PAGES: readonly PageRule[] = [
  {
    page: 'docs/errors.md',
    source: 'src/protocol/error-code.ts',
    names: /^ {2}(\w+): row\(/gm,
    kind: 'error code',
  },
  {
    page: 'docs/operations.md',
    source: 'src/protocol/four-letter-word.ts',
    names: /'([a-z]{4})'/g,
    kind: 'four-letter word',
  },
];

export const documentedRows: Rule = (files) => PAGES.flatMap((rule) => missingRows(files, rule));

function missingRows(files: readonly RepositoryFile[], rule: PageRule): Finding[] {
  const page = files.find(({ path }) => path === rule.page);
  const source = files.find(({ path }) => path === rule.source);
  if (page === undefined || source === undefined) return [];
  const rows = page.text.split('\n').filter((line) => line.startsWith('|'));
  const names = new Set([...source.text.matchAll(rule.names)].map((match) => match[1] ?? ''));
  return [...names]
    .filter((name) => !rows.some((row) => new RegExp(`\\b${name}\\b`).test(row)))
    .map((name) => ({
      path: rule.page,
      line: 0,
      rule: 'page',
      message: `The ${rule.kind} ${name} has no row.`,
    }));
}

/** A page that is written from data is what that data gives. */
export function generatedPage(path: string, wanted: string): Rule {
  return (files) => {
    const page = files.find((file) => file.path === path);
    if (page === undefined || page.text === wanted) return [];
    const message = 'It is out of date: node --import tsx scripts/write-docs.ts';
    return [{ path, line: 0, rule: 'page', message }];
  };
}
