/**
 * The `-Dkey=value` words of SERVER_JVMFLAGS and JVMFLAGS: the way in which operators hand
 * Java's system properties to zkServer.sh. Words are split as a shell would (quotes and
 * backslashes), all other JVM flags are passed over, and a later word wins over an earlier one,
 * SERVER_JVMFLAGS coming first as in zkServer.sh.
 */
import type { PropertyEntry } from './properties-file.ts';

const VARIABLES = ['SERVER_JVMFLAGS', 'JVMFLAGS'] as const;

export function parseJvmFlags(env: Readonly<Record<string, string | undefined>>): PropertyEntry[] {
  const entries: PropertyEntry[] = [];
  for (const variable of VARIABLES) {
    for (const word of splitShellWords(env[variable] ?? '')) {
      if (!word.startsWith('-D') || word.length === 2) continue;
      const equals = word.indexOf('=');
      entries.push({
        key: equals < 0 ? word.slice(2) : word.slice(2, equals),
        value: equals < 0 ? '' : word.slice(equals + 1).trim(),
        origin: { source: variable, line: 0 },
      });
    }
  }
  return entries;
}

/** Splits at blanks outside quotes; an unfinished quote ends with the text. */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\' && quote !== "'" && at + 1 < text.length) {
      word = (word ?? '') + text.charAt(++at);
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
