/** `zooid backup`: a copy of a running server's data, kept up by copying only what is new. */
import { closeSync, openSync, readdirSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import { describeZxid } from '../../base/zxid.ts';
import { type DirectoryPaths, directoryPaths } from '../../io/disk/directory-paths.ts';
import { findHolder } from '../files/directory-use.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { runTool } from '../run-tool.ts';
import { isSystemError } from '../system-error.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { BackupRun, type PassResult } from './backup-run.ts';
import { backUpServer } from './server-snapshot.ts';
import { verifyBackup } from './verify-backup.ts';

interface Options {
  readonly from?: string;
  readonly logDir?: string;
  readonly server?: string;
  readonly auth?: string;
  readonly follow?: boolean;
  readonly interval: number;
}

const INTERVAL_MS = 1000;

export function main(words: readonly string[]): Promise<ToolExit> {
  const program = new Command('zooid backup')
    .description('Copies the data of a running server; again, only what is new.')
    .argument('<target>', 'the directory of the backup, made if it is not there')
    .option('--from <dataDir>', "the server's dataDir, on this host")
    .option('--log-dir <dataLogDir>', 'its dataLogDir, where that is another')
    .option('--server <host:port>', "a server's AdminServer; copies a snapshot, no txns")
    .addOption(
      new Option(
        '--auth <authorization>',
        'with --server: who asks, as "digest user:password"',
      ).env('ZOOID_ADMIN_AUTH'),
    )
    .option('--follow', 'go on copying what is new, until stopped')
    .option('--interval <ms>', 'with --follow: how often', parseInterval, INTERVAL_MS)
    .enablePositionalOptions()
    .action(backUp);
  program
    .command('verify')
    .description('reads a backup to its end: checksums, every txn, the digest of the tree')
    .argument('<target>', 'the directory of the backup')
    .action(verifyBackup);
  return runTool(program, words);
}

function parseInterval(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Milliseconds, 1 or more.');
}

async function backUp(target: string, options: Options): Promise<void> {
  if ((options.from === undefined) === (options.server === undefined)) {
    const choice = "--from <the server's dataDir>, or --server <host:port of its AdminServer>";
    throw new ToolError(`Say where the data are: ${choice}.`, ToolExit.usage);
  }
  if (options.from === undefined) await copyFromServer(target, options);
  else await copyFromDirectory(target, options.from, options);
}

async function copyFromServer(target: string, options: Options): Promise<void> {
  const { server = '', auth, follow: isFollowing, logDir } = options;
  if (isFollowing || logDir !== undefined) {
    throw new ToolError('--follow and --log-dir need --from: only it has txns.', ToolExit.usage);
  }
  await withTarget(target, async () => print(await backUpServer({ target, server, auth })));
}

async function copyFromDirectory(target: string, from: string, options: Options): Promise<void> {
  const source = directoryPaths(resolve(from), resolve(options.logDir ?? from));
  for (const path of new Set([source.snapshot, source.log])) readdirSync(path);
  await withTarget(target, async () => {
    if (options.follow) await follow(target, source, options.interval);
    else await copyOnce(target, source);
  });
}

/** Two at once would write into the same files. */
async function withTarget(target: string, action: () => Promise<void>): Promise<void> {
  // Nobody else is to read what the ACLs keep from them.
  makeDirectory(target, { mode: 0o700 });
  const held = process.platform === 'win32' ? null : openSync(target, 'r');
  try {
    const pid = findHolder(realpathSync(target));
    if (pid !== null) {
      throw new ToolError(`${target}: process ${pid} is writing this backup; wait, or stop it.`);
    }
    await action();
  } finally {
    if (held !== null) closeSync(held);
  }
}

async function copyOnce(target: string, source: DirectoryPaths): Promise<void> {
  const run = new BackupRun(target, source, warn);
  try {
    await print(await run.pass());
  } finally {
    run.close();
  }
}

/** Until the process is asked to stop, which it does after a whole pass. */
async function follow(target: string, source: DirectoryPaths, intervalMs: number): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const run = new BackupRun(target, source, warn);
  try {
    for (let isFirst = true; !stopping.signal.aborted; isFirst = false) {
      const result = await run.pass();
      if (isFirst || result.txns > 0 || result.snapshots > 0) await print(result);
      await delay(intervalMs, undefined, { signal: stopping.signal }).catch((error: unknown) => {
        if (!isSystemError(error) || error.code !== 'ABORT_ERR') throw error;
      });
    }
  } finally {
    run.close();
  }
}

function warn(warning: string): void {
  process.stderr.write(`${warning}\n`);
}

async function print({ chain, zxid, txns, snapshots }: PassResult): Promise<void> {
  const output = new TextOutput();
  const brought = `${txns} new txns, ${snapshots} new snapshots`;
  output.line(`Backed up to zxid ${describeZxid(zxid)} (${chain}): ${brought}.`);
  await output.drain();
}
