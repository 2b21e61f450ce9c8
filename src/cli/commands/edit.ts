import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isZooKeeperError } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { checkPath } from '../path-check.ts';

/** The data in $VISUAL or $EDITOR; what somebody else has written meanwhile is not written over. */
export const edit: NodeCommand = {
  kind: 'node',
  name: 'edit',
  form: 'path',
  isOurs: true,
  wordsMin: 1,
  async run({ zk, words: [path = ''], complain }) {
    checkPath(path);
    const { data, stat } = await zk.getData(path);
    const folder = mkdtempSync(join(tmpdir(), 'zkcli-'));
    const file = join(folder, 'data');
    writeFileSync(file, data, { mode: 0o600 });
    await runEditor(file);
    const edited = readFileSync(file);
    if (Buffer.compare(edited, data) === 0) complain(`${path} is unchanged`);
    else {
      try {
        await zk.setData(path, edited, { version: stat.version });
      } catch (error) {
        if (!isZooKeeperError(error)) throw error;
        // What was typed is not lost.
        const why =
          error.code === 'BadVersion' ? 'somebody else has changed it meanwhile' : error.reason;
        throw new CommandLineError(`${path} is not written: ${why}. Your text is in ${file}`);
      }
    }
    rmSync(folder, { recursive: true });
  },
};

/** The session lives on meanwhile. The keys are the editor's alone. */
function runEditor(file: string): Promise<void> {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
  const { stdin } = process;
  const wasRaw = stdin.isTTY && stdin.isRaw;
  if (wasRaw) stdin.setRawMode(false).pause();
  // So is Ctrl-C: it comes to all programs at the terminal.
  const listeners = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  const ignore = () => {};
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    const end = (code: number | null) => {
      if (wasRaw) stdin.setRawMode(true).resume();
      for (const listener of listeners) process.on('SIGINT', listener);
      process.off('SIGINT', ignore);
      if (code === 0) return resolve();
      reject(new CommandLineError(`The editor ${editor} has failed; its text is in ${file}`));
    };
    child.once('error', () => end(null));
    child.once('close', end);
  });
}
