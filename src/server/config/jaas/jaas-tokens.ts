/**
 * The words of a JAAS file, by the rules of the StreamTokenizer with which Java reads it: what is
 * not in quotes may hold letters, digits and `$ _ - * .`, and begins with none of digit, dot and
 * minus; `//` and a slash alone begin a comment to the end of the line.
 */
import { ConfigError } from '../config-error.ts';

export interface JaasToken {
  /** `number` is what Java reads as one, and takes nowhere. */
  readonly kind: 'word' | 'quoted' | 'number' | 'symbol' | 'end';
  /** Of a quoted text what it means. */
  readonly text: string;
  readonly line: number;
}

const BLANK = /[\0- ]+/y;
const COMMENT = /\/\*[\s\S]*?\*\/|\/(?!\*)[^\r\n]*/y;
const NUMBER = /-?[0-9.]+(?<=[0-9])/y;
const WORD = /[A-Za-z$_*\u00a0-\uffff][\w$*.\u00a0-\uffff-]*/y;
const QUOTED = /"((?:[^"\\\r\n]|\\[^\r\n])*)"/y;
const ESCAPE = /\\([0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])/g;
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Ends with `end`. Throws ConfigError for a text or a comment that does not end. */
export function jaasTokens(source: string, text: string): JaasToken[] {
  const tokens: JaasToken[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) {
      at = pattern.lastIndex;
      line += match[0].match(/\n|\r(?!\n)/g)?.length ?? 0;
    }
    return match;
  };
  while (at < text.length) {
    if (take(BLANK) || take(COMMENT)) continue;
    const quoted = take(QUOTED);
    const word = quoted ?? take(WORD);
    const number = word ?? take(NUMBER);
    if (quoted) tokens.push({ kind: 'quoted', text: unescaped(quoted[1] ?? ''), line });
    else if (word) tokens.push({ kind: 'word', text: word[0], line });
    else if (number) tokens.push({ kind: 'number', text: number[0], line });
    else {
      const char = text.charAt(at);
      if (char === '"') throw new ConfigError(`${source}:${line}: the text in quotes has no end.`);
      if (char === '/') throw new ConfigError(`${source}:${line}: the comment has no end.`);
      tokens.push({ kind: 'symbol', text: char, line });
      at++;
    }
  }
  tokens.push({ kind: 'end', text: '', line });
  return tokens;
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPED[code] ?? code;
  });
}
