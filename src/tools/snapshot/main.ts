/**
 * `zooid snapshot`: ZooKeeper's zkSnapShotToolkit.sh, and as subcommands its zkSnapshotComparer.sh
 * and zkSnapshotRecursiveSummaryToolkit.sh, in their argument forms.
 */
import { Command, InvalidArgumentError } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import { runTool } from '../run-tool.ts';
import { ToolError } from '../tool-error.ts';
import { type CompareOptions, compareSnapshots } from './compare-snapshots.ts';
import { printDetails, printJson } from './format-snapshot.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { summarizeSnapshot } from './summarize-snapshot.ts';

export function main(words: readonly string[]): Promise<ToolExit> {
  // Java's word for it begins with a single dash, which would be -j -s -o -n.
  const plain = words.map((word) => (word === '-json' ? '--json' : word));
  const program = new Command('zooid snapshot')
    .description('Shows and compares snapshots (zkSnapShotToolkit.sh).')
    .argument('<snapshot>', 'a file snapshot.<zxid>, .gz or .snappy, too')
    .option('-d, --data', 'show the data of each node, in base64')
    .option('--json', 'show the sizes in the JSON format of ncdu (also: -json)')
    .enablePositionalOptions()
    .action(showSnapshot);
  addCompare(program);
  addSummary(program);
  return runTool(program, plain);
}

async function showSnapshot(
  path: string,
  { data = false, json = false }: { data?: boolean; json?: boolean },
): Promise<void> {
  if (data && json) {
    const reason = 'Cannot specify both data dump (-d) and json mode (-json) in same call';
    throw new ToolError(reason, ToolExit.usage);
  }
  const snapshot = loadSnapshot(path);
  if (json) await printJson(snapshot);
  else await printDetails(snapshot, { hasData: data });
}

function addCompare(program: Command): void {
  program
    .command('compare')
    .description('tells which nodes differ between two snapshots (zkSnapshotComparer.sh)')
    .requiredOption('-l, --left <file>', 'the left snapshot')
    .requiredOption('-r, --right <file>', 'the right snapshot')
    .requiredOption('-b, --bytes <count>', 'differences of data above it are told', parseCount)
    .requiredOption('-n, --nodes <count>', 'differences of nodes above it are told', parseCount)
    .option('-d, --debug', 'tell what is compared, too')
    .option('-i, --interactive', 'ask what to compare')
    .action((options: CompareOptions) => compareSnapshots(options));
}

function addSummary(program: Command): void {
  program
    .command('summary')
    .description('counts what is below each node (zkSnapshotRecursiveSummaryToolkit.sh)')
    .argument('<snapshot>', 'a file snapshot.<zxid>')
    .argument('<starting-node>', 'where to begin, such as /')
    .argument('<max-depth>', 'how deep to show it; 0: all', parseCount)
    .action((path: string, startingNode: string, maxDepth: number) =>
      summarizeSnapshot({ path, startingNode, maxDepth }),
    );
}

function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number, 0 or more.');
}
