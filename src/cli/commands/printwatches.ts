import type { ShellCommand } from '../command.ts';

export const printwatches: ShellCommand = {
  kind: 'shell',
  name: 'printwatches',
  form: 'on|off',
  run(shell, [value]) {
    if (value === undefined) shell.print(`printwatches is ${shell.printsWatches ? 'on' : 'off'}`);
    // Compat: whatever is not `on` switches it off.
    else shell.printsWatches = value === 'on';
  },
};
