/** A line as words (ZooKeeperMain's ARGS_PATTERN): a word in quotes is one, and loses them. */
const WORD = /\s*([^"']\S*|"[^"]*"|'[^']*')\s*/g;
const QUOTED = /^(["'])(.*)\1$/s;

export function splitWords(line: string): string[] {
  return [...line.matchAll(WORD)].map(([, word = '']) => QUOTED.exec(word)?.[2] ?? word);
}
