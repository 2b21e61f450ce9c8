/**
 * A source file that exports a class has a test of its own at the same place under test/. Errors
 * are exempt: they are tested where they are thrown.
 */
import type { Rule } from './repository.ts';

export const twinTests: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  return files
    .filter(
      ({ path, text }) =>
        /^src\/.*\.ts$/.test(path) &&
        /^export (abstract )?class \w+ (?!extends \w*Error\b)/m.test(text),
    )
    .map(({ path }) => ({ path, twin: path.replace(/^src/, 'test').replace(/\.ts$/, '.test.ts') }))
    .filter(({ twin }) => !paths.has(twin))
    .map(({ path, twin }) => ({
      path,
      line: 0,
      rule: 'twin',
      message: `It exports a class, but there is no ${twin}.`,
    }));
};
