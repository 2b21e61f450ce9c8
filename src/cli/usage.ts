/** How commands are written. */
import type { Command } from './command.ts';
import type { Flag } from './flags.ts';

const GAP = '   ';

/** The line that zkCli prints for wrong forms, with the flags where the command explains them. */
export function usageOf(command: Command): string {
  const line = `${command.name} ${command.form}`;
  if (command.kind === 'shell' || command.explainsFlags !== true) return line;
  return `${line}\n${flagLines(command.flags ?? []).join('\n')}\n`;
}

/** In the columns of commons-cli's HelpFormatter. Those that Java does not know are left out. */
export function flagLines(flags: readonly Flag[]): string[] {
  const rows = flags
    .filter(({ long }) => long === undefined)
    .sort((one, other) => one.name.toLowerCase().localeCompare(other.name.toLowerCase()))
    .map(({ name, hasValue, meaning = '' }) => {
      return [hasValue === true ? `-${name} <arg>` : `-${name}`, meaning] as const;
    });
  const width = Math.max(...rows.map(([written]) => written.length));
  return rows.map(([written, meaning]) => ` ${written.padEnd(width)}${GAP}${meaning}`);
}

/** All commands, as zkCli lists them for one that it does not know. */
export function usageOfAll(commands: readonly Command[]): string {
  const lines = commands.map(({ name, form }) => `\t${name} ${form}`).sort();
  return [
    'ZooKeeper -server host:port -client-configuration properties-file cmd args',
    ...lines,
  ].join('\n');
}
