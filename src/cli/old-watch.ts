import type { Call } from './command.ts';

/** Compat: before 3.5 a further word set the watch, and still does, with a complaint. */
export function withOldWatch({ words, given, complain }: Call, better: string): boolean {
  if (words.length < 2) return given.has('w');
  const old = `${better.slice(0, better.indexOf(' '))} path [watch]`;
  complain(`'${old}' has been deprecated. Please use '${better}' instead.`);
  return true;
}
