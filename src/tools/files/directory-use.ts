/**
 * Whether a server uses a data directory. A server of Zooid holds its `version-2` directories open
 * as long as it runs, and one of Java's the log that it writes: Linux shows both below /proc. A
 * server that was started by zkServer.sh is also known by its pid file, everywhere.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { ToolError } from '../tool-error.ts';

const VERSION_DIRECTORY = 'version-2';
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
  return pidOfServerScript(directory) ?? pidOfOpenFile(isWithin);
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
    if (pid > 0 && isAlive(pid)) return pid;
  }
  return null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function pidOfOpenFile(isMeant: (path: string) => boolean): number | null {
  for (const name of namesIn('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const links = namesIn(`/proc/${pid}/fd`).map((each) => linkOf(`/proc/${pid}/fd/${each}`));
    if (links.some(isMeant)) return pid;
  }
  return null;
}

// A process may end, or close a file, while it is looked at.

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
