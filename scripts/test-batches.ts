/**
 * Test files that share a process. Each process loads the TypeScript loader and half of `src`
 * anew, which for a unit test takes longer than the test: `unit` took 160 s with a process for each
 * file and takes 88 s in batches.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Files of one batch: enough to save, few enough that the cores end at about the same time. */
const BATCH_FILES = 16;

/** One looks at what its process has loaded; one loads others, which are loaded but once. */
export const ALONE: readonly string[] = [
  'test/recipes/java.test.ts',
  'test/server/metrics/metrics-service.test.ts',
];

const areaOf = (file: string): string =>
  ALONE.includes(file) ? file : file.split('/').slice(0, 2).join('/');

/** Neighbours in a folder below `test/` together, in the order given. */
export function batchTests(files: readonly string[], limit = BATCH_FILES): string[][] {
  const batches: string[][] = [];
  let area: string | undefined;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || areaOf(file) !== area || last.length >= limit) batches.push([file]);
    else last.push(file);
    area = areaOf(file);
  }
  return batches;
}

/** Writes a file for each batch into a folder that is there; returns their paths. */
export function writeBatches(
  folder: string,
  root: string,
  batches: readonly (readonly string[])[],
): string[] {
  return batches.map((batch, index) => {
    const lines = batch.map((file) => {
      const url = pathToFileURL(join(root, file)).href;
      return `await import(${JSON.stringify(url)});\n`;
    });
    const path = join(folder, `batch-${index + 1}.mjs`);
    writeFileSync(path, lines.join(''));
    return path;
  });
}
