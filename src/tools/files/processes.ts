/**
 * The processes, as Linux shows them below /proc. What is not to be seen is empty: elsewhere all,
 * here what is another user's, and a process that ends while it is looked at.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export function allPids(): number[] {
  return attempt(() => readdirSync('/proc'), [])
    .map(Number)
    .filter(Number.isInteger);
}

/** The paths of its open files; of other things a word such as `socket:[7]`. */
export function openFilesOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  const descriptors = attempt(() => readdirSync(directory), []);
  return descriptors.map((each) => attempt(() => readlinkSync(`${directory}/${each}`), ''));
}

/** Its words, and the directory that their paths are meant in. */
export function commandOf(pid: number): { words: readonly string[]; directory: string } {
  const line = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '');
  const words = line.split('\0').filter((word) => word !== '');
  return { words, directory: attempt(() => readlinkSync(`/proc/${pid}/cwd`), '/') };
}

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
