/** Numbers behind flags. Compat: Java ends with a stack trace for what is no number. */
import { ToolExit } from '../base/tool-exit.ts';
import { CommandLineError } from './command-line-error.ts';

const INT_MAX = 2 ** 31 - 1;

/** Undefined (any version) when it is not given. */
export function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = Number(text);
  if (/^[+-]?\d+$/.test(text) && Math.abs(version) <= INT_MAX) return version;
  throw new CommandLineError(`A version is a whole number, not ${JSON.stringify(text)}`);
}

/** Of the commands that Java does not have; undefined when it is not given. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const message = `A whole number was expected, not ${JSON.stringify(text)}`;
  throw new CommandLineError(message, { exitCode: ToolExit.usage });
}
