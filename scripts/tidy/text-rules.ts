/** Rules about single files: size, names, words. */
import { blankCode } from './blank-code.ts';
import { type Finding, findMatches, isCode, type RepositoryFile, type Rule } from './repository.ts';

const FILE_LINES_MAX = 800;
const FOLDER_FILES_MAX = 20;
/** Families of one kind may be flat. */
const FLAT_FOLDERS = [
  /\/ops$/,
  /\/records$/,
  /^(?:src|test)\/recipes$/,
  /^src\/cli$/,
  /\/commands$/,
  /^test\/golden/,
];

export const fileLength: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => ({
      path,
      line: 0,
      rule: 'length',
      message: `${lines} lines; a file has at most ${FILE_LINES_MAX} (400 is the aim). Split it.`,
    }));

export const folderSize: Rule = (files) => {
  const counts = new Map<string, number>();
  for (const { path } of files.filter((file) => isCode(file.path))) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([folder, count]) => count > FOLDER_FILES_MAX && !isFlat(folder))
    .map(([path, count]) => ({
      path,
      line: 0,
      rule: 'folder',
      message: `${count} files; a folder has at most ${FOLDER_FILES_MAX}. Make it two.`,
    }));
};

function isFlat(folder: string): boolean {
  return FLAT_FOLDERS.some((pattern) => pattern.test(folder));
}

const EMPTY_NAMES = new Set(
  'cb cfg common helper helpers impl mgr misc req res util utils'.split(' '),
);
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|mjs|js)$/;

export const fileNames: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap(({ path }): Finding[] => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const empty = name.split(/[-.]/).find((word) => EMPTY_NAMES.has(word));
      const base = { path, line: 0, rule: 'name' };
      if (!KEBAB.test(name)) return [{ ...base, message: 'File names are kebab-case.' }];
      if (empty === undefined) return [];
      return [{ ...base, message: `"${empty}" says nothing. Name the file for what it exports.` }];
    });

/** What a word must give way to, by folder. Comments and strings may use them all. */
const BANNED: readonly { in: RegExp; word: RegExp; instead: string }[] = [
  {
    in: /^src\/(core|base|client\/machine)\//,
    word: /\b(?:async|await|Promise)\b/g,
    instead: 'return effects; the core never waits',
  },
  {
    in: /^src\/(core|base|protocol|sim|client\/machine)\//,
    word: /\bMath\.random\b/g,
    instead: 'the Prng that is handed in',
  },
  {
    in: /^src\/(core|base|protocol|sim|client\/machine)\//,
    word: /\bDate\b/g,
    instead: 'the Now that comes with each step',
  },
  {
    in: /^src\/(core|protocol)\//,
    word: /\bas unknown as\b/g,
    instead: 'a type that is true',
  },
  {
    // server-database.ts switches on the types of txns: what is applied, not what was asked. The
    // simulator keeps its own model of the operations, on purpose.
    in: /^src\/(?!core\/requests\/(?:op-table\.ts|server-database\.ts|ops\/)|sim\/)/,
    word: /\bswitch \([^)\n]*\bopCode\b|\bcase OpCode\./gi,
    instead: "an answer in the operation's own entry of the op table",
  },
  {
    in: /^test\//,
    word: /\.only\s*\(|\bonly: true|\b(?:test|it|describe|suite)\.(?:skip|todo)\b/g,
    instead: "the whole suite; what is not installed is reported with t.skip('why')",
  },
];

export const bannedWords: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap((file) => {
      const rules = BANNED.filter((each) => each.in.test(file.path));
      if (rules.length === 0) return [];
      const text = blankCode(file.text);
      return rules.flatMap(({ word, instead }) =>
        findMatches({
          file,
          text,
          pattern: word,
          rule: 'word',
          message: ([found]) => `"${found}" is banned here; use ${instead}.`,
        }),
      );
    });

// Written so that they do not find themselves.
const UNFINISHED = /\bFIX(?:ME)\b|\bTO(?:DO)\b(?!\(#\d+\))/g;
const MACHINE_PATH = /(?<![\w.~-])\/(?:work|root|home)\/[\w.]/g;

export const unfinished: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path) || path.endsWith('.md'))
    .flatMap((file) =>
      findMatches({
        file,
        pattern: UNFINISHED,
        rule: 'unfinished',
        message: ([found]) => `${found}: name the issue, as in TO${'DO'}(#12), or finish it.`,
      }),
    );

export const machinePaths: Rule = (files) =>
  files.flatMap((file: RepositoryFile) =>
    findMatches({
      file,
      pattern: MACHINE_PATH,
      rule: 'machine',
      message: ([found]) => `"${found}…" is a path of one machine.`,
    }),
  );
