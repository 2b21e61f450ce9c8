/** The value of `-v`. Compat: Java ends with a stack trace for what is no number. */
import { CommandLineError } from './command-line-error.ts';

const INT_MAX = 2 ** 31 - 1;

/** Undefined (any version) when it is not given. */
export function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = Number(text);
  if (/^[+-]?\d+$/.test(text) && Math.abs(version) <= INT_MAX) return version;
  throw new CommandLineError(`A version is a whole number, not ${JSON.stringify(text)}`);
}
