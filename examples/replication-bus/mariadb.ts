/**
 * MariaDB servers of our own: data directories in the stage's folder, and a socket in it, no port. They
 * need Debian's mariadb-server-core, which has the server without a service.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MARIADB_SCHEMA } from './shop.ts';

export const MARIADB_PACKAGE = 'mariadb-server-core';

/** What mariadb-install-db does, without help pages, which take most of its time. */
const SYSTEM_TABLES = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'];
const SHARED = '/usr/share/mysql';
/** Where not everybody looks for programs. */
const SERVER = '/usr/sbin/mariadbd';

/** Small, as they are started many times. */
const OPTIONS = [
  '--no-defaults',
  ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  '--innodb-buffer-pool-size=8M',
  '--innodb-log-file-size=4M',
];

/**
 * A transaction is several messages. A process that is paused between two of them keeps its rows locked,
 * and whoever takes over waits for that: the server ends a transaction that has nothing to do.
 */
const SERVER_OPTIONS = [
  '--idle-transaction-timeout=2',
  '--transaction-isolation=READ-COMMITTED',
  '--skip-networking',
  '--skip-name-resolve',
];

/** What a log needs that can be replicated from: rows, with their columns' names and keys, at once on disk. */
const LOG_OPTIONS = [
  '--log-bin=binlog',
  '--binlog-format=ROW',
  '--binlog-row-image=FULL',
  '--binlog-row-metadata=FULL',
  '--sync-binlog=1',
];

export function mariaDbSocket(folder: string, name: string): string {
  return join(folder, `${name}.sock`);
}

/** One fresh directory with the shop's tables, copied for each. */
export async function makeDataDirectories(folder: string, names: readonly string[]): Promise<void> {
  const fresh = join(folder, 'fresh');
  mkdirSync(fresh);
  const system = SYSTEM_TABLES.map((file) => readFileSync(join(SHARED, file), 'utf8'));
  const ours = ['CREATE DATABASE shop CHARACTER SET utf8mb4', 'USE shop', ...MARIADB_SCHEMA].map(
    oneLine,
  );
  const words = ['CREATE DATABASE mysql;', 'USE mysql;', ...system, ...ours].join('\n');
  const server = spawn(SERVER, [...OPTIONS, '--bootstrap', `--datadir=${fresh}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  server.stdin.end(words);
  const [code] = await once(server, 'close');
  if (code !== 0) throw new Error(`mariadbd --bootstrap has ended with ${code}: ${said}`);
  for (const name of names) cpSync(fresh, join(folder, name), { recursive: true });
}

/** Bootstrapping, a statement ends where its line does. */
function oneLine(statement: string): string {
  return `${statement.replaceAll(/\s+/g, ' ')};`;
}

/** It is killed with its parent, also when that is killed with -9; Ctrl-C is not for it. */
export function startMariaDb(folder: string, name: string): ChildProcess {
  const words = [
    ...['--pdeathsig', 'KILL', SERVER, ...OPTIONS],
    ...SERVER_OPTIONS,
    `--datadir=${join(folder, name)}`,
    `--socket=${mariaDbSocket(folder, name)}`,
    `--log-error=${join(folder, `${name}.err`)}`,
    ...(name === 'source' ? LOG_OPTIONS : []),
  ];
  return spawn('setpriv', words, { stdio: 'ignore', detached: true });
}
