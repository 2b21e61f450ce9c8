/**
 * tidy: the repository lints itself. What the compiler and Biome cannot say about this project
 * (walls inside core, words that break determinism, twins, pages) is checked here, as rules over
 * all files; STYLE.md gives the reasons. `npm run tidy` prints findings and the number of
 * assertions in core, so that a fall is seen.
 */
import { fileURLToPath } from 'node:url';
import { CONFIGURATION_PAGE, configurationPage } from './configuration-page.ts';
import { blankCode } from './tidy/blank-code.ts';
import { documentedRows, generatedPage } from './tidy/documentation-rules.ts';
import { applyExceptions, EXCEPTIONS_PATH } from './tidy/exceptions.ts';
import { importWalls } from './tidy/import-rules.ts';
import { lockfile, packageDependencies, packageDoors } from './tidy/package-rules.ts';
import { parameterCount } from './tidy/parameter-rule.ts';
import { type Finding, type RepositoryFile, type Rule, readRepository } from './tidy/repository.ts';
import {
  bannedWords,
  fileLength,
  fileNames,
  folderSize,
  machinePaths,
  unfinished,
} from './tidy/text-rules.ts';
import { twinTests } from './tidy/twin-rule.ts';

const RULES: readonly Rule[] = [
  fileLength,
  folderSize,
  fileNames,
  bannedWords,
  parameterCount,
  unfinished,
  machinePaths,
  importWalls,
  packageDependencies,
  packageDoors,
  lockfile,
  twinTests,
  documentedRows,
  generatedPage(CONFIGURATION_PAGE, configurationPage()),
];

export function checkRepository(files: readonly RepositoryFile[]): Finding[] {
  const exceptions = files.find(({ path }) => path === EXCEPTIONS_PATH)?.text ?? '';
  return applyExceptions(
    RULES.flatMap((rule) => rule(files)),
    exceptions,
  );
}

export function countAssertions(files: readonly RepositoryFile[]): number {
  return files
    .filter(({ path }) => path.startsWith('src/core/'))
    .map(({ text }) => blankCode(text).match(/\b(?:assert\w*|present|unreachable)\(/g)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

export function describeFinding({ path, line, rule, message }: Finding): string {
  return `${line > 0 ? `${path}:${line}` : path}: [${rule}] ${message}`;
}

function main(): void {
  const files = readRepository(fileURLToPath(new URL('..', import.meta.url)));
  const findings = checkRepository(files);
  for (const finding of findings) console.error(describeFinding(finding));
  const counted = `${files.length} files, ${countAssertions(files)} assertions in core`;
  console.log(`tidy: ${counted}, ${findings.length} findings.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
