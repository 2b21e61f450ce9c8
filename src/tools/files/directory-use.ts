/**
 * Whether a server uses a data directory. A server of Zooid holds its `version-2` directories open
 * as long as it runs: Linux shows it below /proc. One of Java's holds the log that it writes; before
 * its first write it is known by its command line, with a zoo.cfg that names the directory. One that
 * was started by zkServer.sh is also known by its pid file, everywhere.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ToolError } from '../tool-error.ts';
import { allPids, commandOf, openFilesOf } from './processes.ts';

const VERSION_DIRECTORY = 'version-2';
const JAVA_MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
/** A word of the command line of a server, Zooid's or Java's, as zkServer.sh has it. */
const SERVER_WORD = /[/\\]dist[/\\].*[/\\]main\.js$|\b(?:QuorumPeerMain|ZooKeeperServerMain)$/;
const DIRECTORY_LINE = /^\s*data(?:Log)?Dir\s*[=:]\s*(.*?)\s*$/gm;
const PID_FILE = 'zookeeper_server.pid';

/** Throws when the file would be in a data directory that a server uses. */
export function refuseDirectoryInUse(file: string): void {
  const directory = realDirectory(dirname(file));
  if (directory === null || basename(directory) !== VERSION_DIRECTORY) return;
  const pid = findUser(directory);
  if (pid === null) return;
  throw new ToolError(
    `${directory} is in use by process ${pid}: stop that server first, or name another place.`,
  );
}

/** The process that uses the directory or what is in it; null when none is seen. */
export function findUser(directory: string): number | null {
  const isWithin = (path: string) => path === directory || path.startsWith(directory + sep);
  return pidOfServerScript(directory) ?? pidOfOpenFile(isWithin) ?? pidOfJavaServer(directory);
}

/** The other process that holds this very directory open; null when none is seen. */
export function findHolder(directory: string): number | null {
  return pidOfOpenFile((path) => path === directory);
}

function realDirectory(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** zkServer.sh leaves the file in dataDir, beside `version-2`, and removes it when it stops. */
function pidOfServerScript(directory: string): number | null {
  for (const place of [directory, dirname(directory)]) {
    const pid = Number.parseInt(readText(join(place, PID_FILE)), 10);
    if (pid > 0 && isAlive(pid) && mayBeServer(pid)) return pid;
  }
  return null;
}

/** After a restart of the machine the number may be another program's. */
function mayBeServer(pid: number): boolean {
  const { words } = commandOf(pid);
  return words.length === 0 || words.some((word) => SERVER_WORD.test(word));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function otherPids(): number[] {
  return allPids().filter((pid) => pid !== process.pid);
}

function pidOfOpenFile(isMeant: (path: string) => boolean): number | null {
  return otherPids().find((pid) => openFilesOf(pid).some(isMeant)) ?? null;
}

function pidOfJavaServer(directory: string): number | null {
  const found = otherPids().find((pid) => {
    const { words, directory: place } = commandOf(pid);
    const main = words.indexOf(JAVA_MAIN);
    if (main < 0) return false;
    const at = (path: string) => resolve(place, path);
    const config = readText(at(words[main + 1] ?? ''));
    return [...config.matchAll(DIRECTORY_LINE)].some(
      ([, path = '']) => realDirectory(join(at(path), VERSION_DIRECTORY)) === directory,
    );
  });
  return found ?? null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
