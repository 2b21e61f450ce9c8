/** package.json and the lockfile: dependencies that were argued for, doors that lead somewhere. */
import { RUNTIME_PACKAGES } from './import-rules.ts';
import type { Finding, RepositoryFile, Rule } from './repository.ts';

/** A further one is argued in the commit that adds it here. */
const DEVELOPMENT_PACKAGES = [
  '@biomejs/biome',
  '@microsoft/api-extractor',
  '@redis/client',
  '@types/dns-packet',
  '@types/node',
  '@vlasky/zongji',
  'dns-packet',
  'esbuild',
  'fast-check',
  'mysql2',
  'node-sqlite3-wasm',
  'tsx',
  'typescript',
];

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
}

function find(files: readonly RepositoryFile[], path: string): RepositoryFile | undefined {
  return files.find((file) => file.path === path);
}

function finding(message: string, path = 'package.json'): Finding {
  return { path, line: 0, rule: 'package', message };
}

export const packageDependencies: Rule = (files) => {
  const manifest = find(files, 'package.json');
  if (manifest === undefined) return [finding('There is no package.json.')];
  const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest.text) as PackageJson;
  const extra = Object.keys(dependencies).filter((name) => !RUNTIME_PACKAGES.includes(name));
  const extraDev = Object.keys(devDependencies).filter(
    (name) => !DEVELOPMENT_PACKAGES.includes(name),
  );
  return [
    ...extra.map((name) => finding(`No folder of src may import ${name}: drop it.`)),
    ...extraDev.map((name) => finding(`${name} is not on the list of development packages.`)),
  ];
};

/** Every target of `exports` has its source, every `bin` its file. */
export const packageDoors: Rule = (files) => {
  const manifest = find(files, 'package.json');
  if (manifest === undefined) return [];
  const { exports = {}, bin = {} } = JSON.parse(manifest.text) as PackageJson;
  const targets = [...leaves(exports), ...Object.values(bin)];
  return targets.flatMap((target) => {
    // The declarations for CommonJS are copies: scripts/cjs-types.mjs.
    const path = target.replace(/^\.\//, '').replace(/^dist\/types-cjs\//, 'dist/');
    const source = path.replace(/^dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts');
    const wanted = path.startsWith('dist/') ? source : path;
    if (find(files, wanted) !== undefined) return [];
    return [finding(`${target} has no source ${wanted}.`)];
  });
};

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

/** Addresses of a registry in the lockfile would tie every install to it. */
export const lockfile: Rule = (files) => {
  const lock = find(files, 'package-lock.json');
  if (lock === undefined) return [finding('There is no package-lock.json.')];
  const packages = (JSON.parse(lock.text) as { packages?: Record<string, { resolved?: string }> })
    .packages;
  return Object.entries(packages ?? {})
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([name]) => finding(`${name} has "resolved"; see .npmrc.`, 'package-lock.json'));
};
