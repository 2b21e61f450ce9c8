import type { ShellCommand } from '../command.ts';

/** So many before the command itself. */
const LINES = 10;

export const history: ShellCommand = {
  kind: 'shell',
  name: 'history',
  form: '',
  run(shell) {
    for (let at = Math.max(0, shell.lineNumber - LINES); at <= shell.lineNumber; at++) {
      shell.print(`${at} - ${shell.lines.get(at) ?? 'null'}`);
    }
  },
};
