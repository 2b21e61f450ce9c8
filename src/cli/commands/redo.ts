import type { ShellCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';

export const redo: ShellCommand = {
  kind: 'shell',
  name: 'redo',
  form: 'cmdno',
  async run(shell, [number], signal) {
    // Compat: without a number it does nothing.
    if (number === undefined) return;
    if (!/^-?\d+$/.test(number)) {
      throw new CommandLineError(`The number of a command is a whole number, not ${number}`);
    }
    await shell.redo(Number(number), signal);
  },
};
