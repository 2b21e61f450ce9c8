/** `zooid txnlog`: ZooKeeper's zkTxnLogToolkit.sh, in its argument forms. */
import { Command } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import type { Zxid } from '../../base/zxid.ts';
import { refuseDirectoryInUse } from '../files/directory-use.ts';
import { runTool } from '../run-tool.ts';
import { ToolError } from '../tool-error.ts';
import { parseZxid } from '../zxid-argument.ts';
import { chopLog } from './chop-log.ts';
import { dumpLog } from './dump-log.ts';
import { RawLog } from './raw-log.ts';
import { recoverLog } from './recover-log.ts';

interface Options {
  readonly recover?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
  readonly chop?: boolean;
  readonly zxid?: Zxid;
  readonly json?: boolean;
  readonly output?: string;
}

export function main(words: readonly string[]): Promise<ToolExit> {
  const program = new Command('zooid txnlog')
    .description('Shows, checks and mends transaction logs (zkTxnLogToolkit.sh).')
    .argument('<log>', 'a file log.<zxid>')
    .option('-d, --dump', 'show every txn and check its checksum (the default)')
    .option('-r, --recover', 'write a copy, <log>.fixed, in which wrong checksums are right')
    .option('-v, --verbose', 'with -r: show all txns, not only those with a wrong checksum')
    .option('-y, --yes', 'with -r: mend all without asking')
    .option('-c, --chop', 'write a copy, <log>.chopped<zxid>, that ends with the txn of -z')
    .option('-z, --zxid <zxid>', 'with -c: the last txn of the copy', parseZxid)
    .option('--json', 'with -d: a line of JSON for each txn')
    .option('-o, --output <file>', 'with -r and -c: the name of the copy')
    .action(useLog);
  return runTool(program, words);
}

async function useLog(path: string, options: Options): Promise<void> {
  const { recover = false, chop = false, zxid, output } = options;
  if (chop !== (zxid !== undefined))
    throw new ToolError('-c and -z <zxid> go together.', ToolExit.usage);
  if (chop && recover)
    throw new ToolError('Either -c or -r: each makes its own copy.', ToolExit.usage);
  const suffix = chop ? `chopped${zxid}` : 'fixed';
  const target = output ?? `${path}.${suffix}`;
  if (chop || recover) refuseDirectoryInUse(target);
  const log = new RawLog(path);
  try {
    if (zxid !== undefined) await chopLog(log, zxid, target);
    else if (recover) {
      const { verbose = false, yes = false } = options;
      await recoverLog(log, { target, isVerbose: verbose, isYes: yes });
    } else await dumpLog(log, { isJson: options.json ?? false });
  } finally {
    log.close();
  }
}
