import type { Command, ShellCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { writtenFlag } from '../flags.ts';
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
      for (const flag of command.flags ?? []) {
        const form = flag.hasValue === true ? `${writtenFlag(flag)} <arg>` : writtenFlag(flag);
        shell.print(`  ${form.padEnd(16)}${flag.meaning ?? ''}`);
      }
    },
  };
}
