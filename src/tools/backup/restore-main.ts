/** `zooid restore`: a data directory with what a backup holds at a point in time. */
import { Command, InvalidArgumentError } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import { describeZxid, type Zxid } from '../../base/zxid.ts';
import { directoryPaths } from '../../io/disk/directory-paths.ts';
import { runTool } from '../run-tool.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { parseZxid } from '../zxid-argument.ts';
import { planRestore } from './plan-restore.ts';
import { replay } from './replay.ts';
import { checkDirectories, writeDataDirectory } from './write-data-directory.ts';

interface Options {
  readonly logDir?: string;
  readonly toZxid?: Zxid;
  readonly toTime?: number;
  readonly force?: boolean;
}

export function main(words: readonly string[]): Promise<ToolExit> {
  const program = new Command('zooid restore')
    .description('Makes a data directory of a backup, as it was at a point in time.')
    .argument('<backup>', 'the directory of the backup')
    .argument('<dataDir>', 'the dataDir of the server that is to start on it')
    .option('--log-dir <dataLogDir>', 'its dataLogDir, where that is another')
    .option('--to-zxid <zxid>', 'the last txn; the end of the backup when absent', parseZxid)
    .option(
      '--to-time <time>',
      'the last moment: 2026-11-26T21:00:00Z, or ms since 1970',
      parseTime,
    )
    .option('--force', 'move data that are there aside')
    .action(restore);
  return runTool(program, words);
}

function parseTime(text: string): number {
  const timeMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isSafeInteger(timeMs)) return timeMs;
  throw new InvalidArgumentError(
    'A time is like 2026-11-26T21:00:00Z, or milliseconds since 1970.',
  );
}

async function restore(backup: string, dataDir: string, options: Options): Promise<void> {
  const { toZxid, toTime } = options;
  if (toZxid !== undefined && toTime !== undefined) {
    throw new ToolError('Either --to-zxid or --to-time: they say the same thing.', ToolExit.usage);
  }
  const paths = directoryPaths(dataDir, options.logDir ?? dataDir);
  checkDirectories(paths, options.force ?? false);
  const point = {
    ...(toZxid !== undefined && { zxid: toZxid }),
    ...(toTime !== undefined && { timeMs: toTime }),
  };
  const database = replay(planRestore(backup, point));
  const moved = await writeDataDirectory(paths, database);
  const { tree } = database;
  const output = new TextOutput();
  for (const path of moved) output.line(`The data before are in ${path}.`);
  output.line(
    `Restored zxid ${describeZxid(tree.lastProcessedZxid)}, digest ${tree.digest.toBigInt()}, ` +
      `${tree.nodeCount} nodes, to ${paths.snapshot}.`,
  );
  await output.drain();
}
