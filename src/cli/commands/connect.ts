import type { ShellCommand } from '../command.ts';

export const connect: ShellCommand = {
  kind: 'shell',
  name: 'connect',
  form: 'host:port',
  run: (shell, [host = shell.host], signal) => shell.connect(host, signal),
};
