import type { ShellCommand } from '../command.ts';

export const quit: ShellCommand = {
  kind: 'shell',
  name: 'quit',
  form: '',
  run: (shell) => shell.quit(),
};

/** ZooKeeper 3.10's other name for it. */
export const exit: ShellCommand = { ...quit, name: 'exit' };
