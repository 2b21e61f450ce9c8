/** The tools as an operator calls them, and data directories of real servers to call them for. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenFile } from '../core/storage/golden-disk.ts';
import { type ProgramEnd, runProgram } from '../run-program.ts';

const BIN = fileURLToPath(new URL('../../bin/zooid.js', import.meta.url));
const BUILT = new URL('../../dist/tools/', import.meta.url);
const TIMEOUT_MS = 60_000;

/** Why the tools cannot be run here, for `t.skip`; undefined when they can. */
export function missingTools(): string | undefined {
  return existsSync(BUILT) ? undefined : 'dist/tools is missing: the build failed.';
}

export function zooid(...words: readonly string[]): Promise<ProgramEnd> {
  const env = { ...process.env, TZ: 'UTC' };
  return runProgram([BIN, ...words], { timeout: TIMEOUT_MS, env });
}

interface Cleanup {
  after(end: () => void): void;
}

export function makeFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-tools-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
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

/** Files of a Java server. */
export function goldenFiles(capture: string, ...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, goldenFile(capture, name)]));
}
