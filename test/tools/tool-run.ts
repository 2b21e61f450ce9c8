/** The tools as an operator calls them, and data directories of real servers to call them for. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProgramEnd, runProgram } from '../run-program.ts';

const BIN = fileURLToPath(new URL('../../bin/zooid.js', import.meta.url));
const BUILT = new URL('../../dist/tools/', import.meta.url);
const OPTIONS = { timeout: 60_000, env: { ...process.env, TZ: 'UTC' } };

/** Why the tools cannot be run here, for `t.skip`; undefined when they can. */
export function missingTools(): string | undefined {
  return existsSync(BUILT) ? undefined : 'dist/tools is missing: the build failed.';
}

export function zooid(...words: readonly string[]): Promise<ProgramEnd> {
  return runProgram([BIN, ...words], OPTIONS);
}

/** And this on its standard input, whole before it asks. */
export function zooidWith(input: string, ...words: readonly string[]): Promise<ProgramEnd> {
  return runProgram([BIN, ...words], { ...OPTIONS, input });
}

interface Cleanup {
  after(end: () => void): void;
}

/** A server may still write into it, whose end is asked for later: removed with the next try. */
export function makeFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-tools-'));
  const retries = { maxRetries: 10, retryDelay: 20 };
  t.after(() => rmSync(folder, { recursive: true, force: true, ...retries }));
  return folder;
}

/** A data directory with these files, given by name. */
export function makeDataDirectory(
  t: Cleanup,
  files: Readonly<Record<string, Uint8Array>>,
): { readonly dataDir: string; readonly path: (name: string) => string } {
  const dataDir = makeFolder(t);
  const path = (name: string) => join(dataDir, 'version-2', name);
  mkdirSync(join(dataDir, 'version-2'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path(name), bytes);
  return { dataDir, path };
}
