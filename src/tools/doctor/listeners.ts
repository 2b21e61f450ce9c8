/** Who listens on a port: on Linux the system tells, of processes that this user may look at. */
import { readFileSync } from 'node:fs';
import { allPids, openFilesOf } from '../files/processes.ts';

const LISTENING = '0A';

/** The process that listens on this port of any address; null when that cannot be found out. */
export function findListener(port: number): number | null {
  const inodes = [...inodesOf('/proc/net/tcp', port), ...inodesOf('/proc/net/tcp6', port)];
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  return allPids().find((pid) => openFilesOf(pid).some((file) => sockets.has(file))) ?? null;
}

/** Rows are: number, local address and port, remote, state, five more, inode. */
function inodesOf(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return rowsOf(table).flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return local.endsWith(suffix) && state === LISTENING ? [inode] : [];
  });
}

/** None where there is no such table: on other systems, without IPv6. */
function rowsOf(table: string): string[] {
  try {
    return readFileSync(table, 'utf8').split('\n');
  } catch {
    return [];
  }
}
