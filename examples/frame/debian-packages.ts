/**
 * Debian packages that examples and tests need: installed when they are missing and the process is
 * root; otherwise the reason says which are missing and how to get them. Only packages without a
 * service are named: what is installed here must leave no server running, also not after a reboot.
 *
 * Processes of their own may want the same ones at the same time, hence the file lock around every
 * installation.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Availability {
  readonly available: boolean;
  /** Empty when available. */
  readonly reason: string;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Its message is all that there is to say to who wants to see an example. */
export class MissingPackagesError extends Error {
  override readonly name = 'MissingPackagesError';
}

/** The root of the checkout. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The git-ignored folder for everything fetched; ZOOID_CACHE names another one. */
export const cacheFolder = process.env['ZOOID_CACHE'] ?? join(projectRoot, '.cache');

const INSTALL_TIMEOUT_MS = 600_000;
const AVAILABLE: Availability = { available: true, reason: '' };
const answers = new Map<string, Promise<Availability>>();

export function runToEnd(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = {
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 1 << 26,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const spawnFailure = error !== null && stdout === '' && stderr === '' ? error.message : '';
      resolve({ code, output: `${stdout}${stderr}${spawnFailure}` });
    });
  });
}

/** One installation at a time, in whatever process. */
export function runLocked(command: string, args: readonly string[]): Promise<Outcome> {
  mkdirSync(cacheFolder, { recursive: true });
  return runToEnd('flock', [join(cacheFolder, 'install.lock'), command, ...args]);
}

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ');
}

/** Installs what is missing of these packages when the process may; asked once a process. */
export function ensureDebianPackages(names: readonly string[]): Promise<Availability> {
  const key = names.toSorted().join(' ');
  const answer = answers.get(key) ?? installDebianPackages(names);
  answers.set(key, answer);
  return answer;
}

/** For an example, which cannot be played without them. */
export async function requireDebianPackages(names: readonly string[]): Promise<void> {
  const { available, reason } = await ensureDebianPackages(names);
  if (!available) throw new MissingPackagesError(reason);
}

async function installDebianPackages(names: readonly string[]): Promise<Availability> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return AVAILABLE;
  const wanted = missing.join(' ');
  if (process.getuid?.() !== 0) {
    return { available: false, reason: `Not installed and not root: apt-get install ${wanted}` };
  }
  const script = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${wanted}`;
  const { output } = await runLocked('sh', ['-c', script]);
  const still = await missingPackages(missing);
  if (still.length === 0) return AVAILABLE;
  const reason = `apt-get install ${still.join(' ')} failed: ${lastLines(output)}`;
  return { available: false, reason };
}

async function missingPackages(names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of names) {
    const { code, output } = await runToEnd('dpkg-query', ['-s', name]);
    if (code !== 0 || !output.includes('install ok installed')) missing.push(name);
  }
  return missing;
}
