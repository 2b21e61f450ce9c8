/** Who listens on a port: on Linux the system tells, of processes that this user may look at. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The process that listens on this port of any address; null when that cannot be found out. */
export function findListener(port: number): number | null {
  const inodes = new Set([...inodesOf('/proc/net/tcp', port), ...inodesOf('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return null;
  const pids = attempt(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`), []);
    return descriptors.some((descriptor) => {
      const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`), '');
      return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
    });
  });
  return found === undefined ? null : Number(found);
}

/** Rows are: number, local address and port, remote, state, five more, inode. */
function inodesOf(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = attempt(() => readFileSync(table, 'utf8'), '').split('\n');
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return local.endsWith(suffix) && state === LISTENING ? [inode] : [];
  });
}

/** Its words, and the directory that their paths are meant in. */
export function describeProcess(pid: number): { words: readonly string[]; directory: string } {
  const line = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '');
  const words = line.split('\0').filter((word) => word !== '');
  return { words, directory: attempt(() => readlinkSync(`/proc/${pid}/cwd`), '/') };
}

/** Processes end while they are looked at, and others' are not to be looked at. */
function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
