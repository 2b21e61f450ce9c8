/**
 * `envi`: where the server runs. The names are Java's, since programs look for them (kazoo learns
 * the version here); what is behind `java.` is the truth about this process.
 */
import { arch, homedir, hostname, release, tmpdir, totalmem, type, userInfo } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { FULL_VERSION_TEXT } from '../version.ts';
import { lines, plainWord } from './word-context.ts';

/** Node's names to those of Java's os.arch. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'aarch64' };

export const envi = plainWord(() =>
  lines('Environment:', ...environmentFacts().map(([name, value]) => `${name}=${value}`)),
);

export function environmentFacts(): readonly (readonly [name: string, value: string])[] {
  const heap = getHeapStatistics();
  return [
    ['zookeeper.version', FULL_VERSION_TEXT],
    ['host.name', hostname()],
    ['java.version', `none (Node.js ${process.version})`],
    ['java.vendor', 'none (Node.js)'],
    ['java.home', process.execPath],
    ['java.class.path', process.argv[1] ?? ''],
    ['java.library.path', ''],
    ['java.io.tmpdir', tmpdir()],
    ['java.compiler', '<NA>'],
    ['os.name', type()],
    ['os.arch', ARCHITECTURES[arch()] ?? arch()],
    ['os.version', release()],
    ['user.name', userName()],
    ['user.home', homedir()],
    ['user.dir', process.cwd()],
    ['os.memory.free', megabytes(heap.total_available_size)],
    ['os.memory.max', megabytes(Math.min(heap.heap_size_limit, totalmem()))],
    ['os.memory.total', megabytes(heap.total_heap_size)],
  ];
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)}MB`;
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '?');
  }
}
