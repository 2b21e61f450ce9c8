/** The files that tidy looks at, and what a rule gets to see of them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface RepositoryFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  /** Counted from 1; 0 for the file as a whole. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** A rule is a function of all files, so that it can be tested with made-up ones. */
export type Rule = (files: readonly RepositoryFile[]) => Finding[];

const TEXT_FILE = /\.(ts|mjs|js|json|md|sh|txt|cfg|yml|yaml)$|^\.ci\/run$|^bin\//;
const SKIPPED_FOLDERS = new Set(['.git', 'node_modules', 'dist', 'build', 'data', '.cache']);

export function readRepository(root: string): RepositoryFile[] {
  const paths = listPaths(root)
    .filter((path) => TEXT_FILE.test(path))
    .sort();
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** What git knows or would add; without git (an unpacked archive) everything that is there. */
function listPaths(root: string): string[] {
  if (!existsSync(join(root, '.git'))) return walk(root, '');
  const words = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const output = execFileSync('git', words, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const paths = output.split('\0').filter((path) => path !== '');
  return paths.filter((path) => existsSync(join(root, path)));
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (SKIPPED_FOLDERS.has(name)) return [];
    const path = folder === '' ? name : `${folder}/${name}`;
    return statSync(join(root, path)).isDirectory() ? walk(root, path) : [path];
  });
}

export function isCode(path: string): boolean {
  return /\.(ts|mjs|js)$/.test(path);
}

/** Line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

interface MatchInput {
  readonly file: RepositoryFile;
  /** Must be global. */
  readonly pattern: RegExp;
  readonly rule: string;
  /** The text searched, if not the file's own: same length. */
  readonly text?: string;
  message(match: RegExpMatchArray): string;
}

/** One finding for each match. */
export function findMatches({ file, pattern, rule, text, message }: MatchInput): Finding[] {
  const searched = text ?? file.text;
  return [...searched.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(searched, match.index),
    rule,
    message: message(match),
  }));
}
