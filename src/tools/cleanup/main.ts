/**
 * `zooid cleanup`: deletes what the newest snapshots do not need, as a server's autopurge does
 * (ZooKeeper's PurgeTxnLog, behind zkCleanup.sh). It may run beside a server: what that writes
 * meanwhile is newer.
 */
import { readdirSync, statSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { ToolExit } from '../../base/tool-exit.ts';
import { Purger, SNAP_RETAIN_COUNT_MIN } from '../../core/storage/purge.ts';
import { type DirectoryPaths, directoryPaths, filePath } from '../../io/disk/directory-paths.ts';
import type { DiskDone } from '../../io/disk/disk-op.ts';
import { FileDisk } from '../../io/disk/file-disk.ts';
import { formatMediumDate } from '../java-text.ts';
import { runTool } from '../run-tool.ts';
import { TextOutput } from '../text-output.ts';

export function main(words: readonly string[]): Promise<ToolExit> {
  const program = new Command('zooid cleanup')
    .description('Deletes snapshots and logs that are not needed (zkCleanup.sh).')
    .argument('<dataLogDir>', 'the directory with the logs')
    .argument('[snapDir]', 'the directory with the snapshots; the same when absent')
    .requiredOption('-n, --count <count>', 'the number of snapshots to keep, 3 or more', parseCount)
    .action((dataLogDir: string, snapDir: string | undefined, { count }: { count: number }) =>
      cleanUp(directoryPaths(snapDir ?? dataLogDir, dataLogDir), count),
    );
  return runTool(program, words);
}

function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= SNAP_RETAIN_COUNT_MIN) return Number(text);
  throw new InvalidArgumentError('count should be greater than or equal to 3');
}

async function cleanUp(paths: DirectoryPaths, count: number): Promise<void> {
  for (const directory of [paths.log, paths.snapshot]) readdirSync(directory);
  const output = new TextOutput();
  const purger = new Purger();
  let onDone: (done: DiskDone) => void = () => {};
  const disk = new FileDisk(paths, (done) => onDone(done));
  purger.start(count);
  try {
    for (let id = 0; ; id++) {
      const action = purger.nextAction();
      if (action === null) return;
      const path = 'name' in action ? filePath(paths, action.directory, action.name) : paths.log;
      if (action.kind === 'unlinkFile') announce(path, output);
      const done = await new Promise<DiskDone>((resolve) => {
        onDone = resolve;
        disk.start([{ id, ...action }]);
      });
      if (!done.ok) throw Object.assign(new Error(done.message), { code: done.code, path });
      purger.onDone(done.files);
    }
  } finally {
    await output.drain();
    await disk.close();
  }
}

function announce(path: string, output: TextOutput): void {
  const file = statSync(path, { throwIfNoEntry: false });
  // The server's own purge may have been faster.
  if (file !== undefined) output.line(`Removing file: ${formatMediumDate(file.mtimeMs)}\t${path}`);
}
