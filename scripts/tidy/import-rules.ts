/**
 * Who may import whom. The folder walls are also in the tsconfig references; the finer ones
 * inside `core`, and the packages and Node modules each folder may use, are only here.
 */
import { posix } from 'node:path';
import { blankCode } from './blank-code.ts';
import { type Finding, lineAt, type RepositoryFile, type Rule } from './repository.ts';

interface Wall {
  /** Folders of src, the longest that fits counts. */
  readonly may: readonly string[];
  readonly packages?: readonly string[];
  readonly node?: boolean;
}

/** A folder may always import itself, except where `core` stands for its own files only. */
const WALLS: Readonly<Record<string, Wall>> = {
  base: { may: [] },
  protocol: { may: ['base'] },
  'core/tree': { may: ['base', 'protocol'] },
  'core/sessions': { may: ['base', 'protocol'] },
  'core/storage': { may: ['base', 'protocol'] },
  'core/zab': { may: ['base', 'protocol'] },
  'core/requests': { may: ['base', 'protocol', 'core/tree', 'core/sessions', 'core'] },
  core: {
    may: [
      'base',
      'protocol',
      'core/tree',
      'core/sessions',
      'core/storage',
      'core/zab',
      'core/requests',
    ],
  },
  io: { may: ['base', 'protocol'], node: true },
  server: {
    may: ['base', 'protocol', 'core', 'io'],
    packages: [
      'dot-properties',
      'ipaddr.js',
      'pino',
      'hono',
      'hono/streaming',
      '@hono/node-server',
      'prom-client',
      'jks-js',
    ],
    node: true,
  },
  'client/machine': { may: ['base', 'protocol'] },
  client: { may: ['base', 'protocol', 'io', 'client/machine'], node: true },
  recipes: { may: ['client'], node: true },
  zkclient: { may: ['client', 'recipes'] },
  curator: { may: ['client'] },
  cli: {
    may: ['base', 'client', 'recipes'],
    packages: ['string-argv', 'cli-table3'],
    node: true,
  },
  tools: {
    may: ['base', 'protocol', 'core', 'io', 'client', 'server'],
    packages: ['commander', '@peculiar/x509', 'reflect-metadata'],
    node: true,
  },
  sim: { may: ['base', 'protocol', 'core', 'client/machine'] },
  testing: { may: ['server', 'client'], node: true },
};

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;

export const importWalls: Rule = (files) => {
  const sources = files.filter(({ path }) => /^src\/.*\.ts$/.test(path));
  return sources.flatMap((file) => {
    const folder = wallFolder(file.path.slice('src/'.length));
    const wall = folder === undefined ? undefined : WALLS[folder];
    if (folder === undefined || wall === undefined) {
      const message = 'This folder has no row in the table of walls.';
      return [{ path: file.path, line: 0, rule: 'wall', message }];
    }
    return importsOf(file).flatMap(({ specifier, line }): Finding[] => {
      const objection = objectTo({ file, folder, wall, specifier });
      if (objection === undefined) return [];
      return [{ path: file.path, line, rule: 'wall', message: objection }];
    });
  });
};

interface ImportUse {
  readonly file: RepositoryFile;
  readonly folder: string;
  readonly wall: Wall;
  readonly specifier: string;
}

function objectTo({ file, folder, wall, specifier }: ImportUse): string | undefined {
  if (specifier.startsWith('node:')) {
    return wall.node === true ? undefined : `src/${folder} may not import ${specifier}.`;
  }
  if (!specifier.startsWith('.')) {
    const allowed = wall.packages?.includes(specifier) === true;
    return allowed ? undefined : `src/${folder} may not import the package ${specifier}.`;
  }
  if (!specifier.endsWith('.ts')) return `${specifier}: imports end in .ts.`;
  const target = posix.join(posix.dirname(file.path), specifier);
  if (!target.startsWith('src/')) return `src may not import ${target}.`;
  const targetFolder = wallFolder(target.slice('src/'.length)) ?? target;
  if (targetFolder === folder || isAllowed(wall, targetFolder)) return undefined;
  return `src/${folder} may not import src/${targetFolder}.`;
}

/** `core` in a list outside core means all of core; inside, only its top files. */
function isAllowed(wall: Wall, targetFolder: string): boolean {
  if (wall.may.includes(targetFolder)) return true;
  const [top = ''] = targetFolder.split('/');
  const isSplit = wall.may.some((each) => each.startsWith(`${top}/`));
  return !isSplit && targetFolder !== 'client/machine' && wall.may.includes(top);
}

export function wallFolder(path: string): string | undefined {
  const [first = '', second = ''] = path.split('/');
  const pair = `${first}/${second}`;
  if (pair in WALLS) return pair;
  return first in WALLS ? first : undefined;
}

export function importsOf(file: RepositoryFile): { specifier: string; line: number }[] {
  const code = blankCode(file.text, { keepStrings: true });
  return [...code.matchAll(IMPORT)].map((match) => ({
    specifier: match[1] ?? '',
    line: lineAt(code, match.index),
  }));
}

export const RUNTIME_PACKAGES = [...new Set(Object.values(WALLS).flatMap((w) => w.packages ?? []))];
