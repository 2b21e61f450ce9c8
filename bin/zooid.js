#!/usr/bin/env node
// zooid <command> …: every command is a program of its own, loaded only when it is called for.
import { startServer } from './start-server.js';

/** Each module exports `main(words)`, which resolves with the exit code. */
const COMMANDS = {
  cli: ['cli/main.js', 'the interactive shell (zkCli.sh)'],
  init: ['tools/init/main.js', 'writes the configuration of a server or of an ensemble'],
  doctor: ['tools/doctor/main.js', 'checks a configuration, its machine and its peers'],
  ask: ['tools/ask/main.js', 'asks a server a four-letter word'],
  backup: ['tools/backup/backup-main.js', 'copies the data of a running server'],
  restore: ['tools/backup/restore-main.js', 'makes a data directory of a backup'],
  txnlog: [
    'tools/txn-log/main.js',
    'shows, checks and mends transaction logs (zkTxnLogToolkit.sh)',
  ],
  snapshot: ['tools/snapshot/main.js', 'shows and compares snapshots (zkSnapShotToolkit.sh)'],
  cleanup: [
    'tools/cleanup/main.js',
    'deletes snapshots and logs that are not needed (zkCleanup.sh)',
  ],
};

function usage() {
  const rows = [['server', 'a server, with a zoo.cfg or --local'], ...rowsOf(COMMANDS)];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return `Usage: zooid <command> [...]\n\n${lines.join('\n')}\n`;
}

function rowsOf(commands) {
  return Object.entries(commands).map(([name, [, text]]) => [name, text]);
}

const [name = '', ...words] = process.argv.slice(2);
if (name === 'server') {
  startServer(words);
} else if (Object.hasOwn(COMMANDS, name)) {
  const { main } = await import(new URL(`../dist/${COMMANDS[name][0]}`, import.meta.url));
  process.exitCode = await main(words);
} else {
  const isHelp = ['help', '--help', '-h'].includes(name);
  (isHelp ? process.stdout : process.stderr).write(usage());
  process.exitCode = isHelp ? 0 : 2;
}
