import type { Command, ShellCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { usageOfAll } from '../usage.ts';

/** Of the table that it is itself part of. */
export function helpOn(commands: () => readonly Command[]): ShellCommand {
  return {
    kind: 'shell',
    name: 'help',
    form: '[command]',
    isOurs: true,
    run(shell, [name]) {
      if (name === undefined) return shell.print(usageOfAll(commands()));
      const command = commands().find((each) => each.name === name);
      if (command === undefined) throw new CommandLineError(`There is no command ${name}`);
      shell.print(`Usage: ${command.name} ${command.form}`);
      if (command.kind === 'shell') return;
      for (const { name: letters, long, hasValue, meaning = '' } of command.flags ?? []) {
        const written = long === undefined ? `-${letters}` : `--${long}`;
        shell.print(`  ${(hasValue === true ? `${written} <arg>` : written).padEnd(16)}${meaning}`);
      }
    },
  };
}
