/** What is said when a command fails: Java's words first, then what helps. */

import { nearestKey } from '../base/nearest-key.ts';
import { ToolExit } from '../base/tool-exit.ts';
import { isZooKeeperError, type ZooKeeperError } from '../client/index.ts';
import { adviceFor } from './advice.ts';
import { COMMAND_NOT_FOUND, CommandLineError } from './command-line-error.ts';
import { COMMANDS, findCommand } from './command-table.ts';
import { errorText, keeperErrorText } from './error-text.ts';
import { writtenFlag } from './flags.ts';
import { usageOfAll } from './usage.ts';

export interface Failed {
  readonly preface: string | undefined;
  readonly lines: readonly string[];
  readonly exitCode: number;
}

interface Where {
  /** The command with its words. */
  readonly words: readonly string[];
  readonly host: string;
}

/** Compat: the list of all comes first, and the doubled words are Java's. */
export function notFound(name: string): CommandLineError {
  return new CommandLineError(`Command not found: Command not found ${name}`, {
    exitCode: COMMAND_NOT_FOUND,
    preface: usageOfAll(COMMANDS),
  });
}

/** Throws what is nobody's fault but ours. */
export function explain(error: unknown, where: Where): Failed {
  if (error instanceof CommandLineError) {
    const { message, preface, exitCode } = error;
    return { preface, lines: [message, ...hintsFor(error, where)], exitCode };
  }
  if (!isZooKeeperError(error)) throw error;
  const advice = adviceFor(error, where.host);
  const lines = [zooKeeperErrorText(error, where), ...(advice === undefined ? [] : [advice])];
  return { preface: undefined, lines, exitCode: ToolExit.failed };
}

function zooKeeperErrorText(error: ZooKeeperError, { words }: Where): string {
  if (error.operation !== 'connect' || error.code !== 'ConnectionLoss') return errorText(error);
  // Compat: as if the request had been under way.
  const path = words.find((word) => word.startsWith('/'));
  return keeperErrorText(error.code, path);
}

function hintsFor(
  { usage, unknownFlag }: CommandLineError,
  { words: [name = ''] }: Where,
): string[] {
  const command = findCommand(name);
  const lines = usage === undefined ? [] : [`Usage: ${usage}`];
  if (command === undefined) {
    return [
      ...lines,
      ...didYouMean(
        name,
        COMMANDS.map((each) => each.name),
      ),
    ];
  }
  if (command.kind === 'shell' || unknownFlag === undefined) return lines;
  const flags = (command.flags ?? []).map(writtenFlag);
  const written = `Usage: ${command.name} ${command.form}`;
  return [...lines, written, ...didYouMean(unknownFlag, flags)];
}

function didYouMean(word: string, names: readonly string[]): string[] {
  const name = nearestKey(word, names);
  return name === undefined ? [] : [`Did you mean ${name}?`];
}
