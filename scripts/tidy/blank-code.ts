/**
 * TypeScript with its comments, and if wished its strings, turned to blanks of the same length:
 * enough to look for words in code without a parser. Code inside `${…}` of templates stays.
 */
export interface BlankOptions {
  readonly keepStrings?: boolean;
}

interface Token {
  readonly end: number;
  readonly kind: 'comment' | 'string' | 'code';
}

export function blankCode(source: string, { keepStrings = false }: BlankOptions = {}): string {
  let out = '';
  let at = 0;
  /** For each open template: how many braces are open inside its `${`. */
  const templates: number[] = [];
  while (at < source.length) {
    const char = source.charAt(at);
    const open = templates.at(-1);
    if (open !== undefined && char === '}' && open === 0) {
      const end = endOfTemplatePart(source, at + 1);
      if (source.charAt(end - 1) === '`') templates.pop();
      out += keepStrings ? source.slice(at, end) : blanks(source.slice(at, end));
      at = end;
      continue;
    }
    if (open !== undefined && char === '{') templates.push((templates.pop() ?? 0) + 1);
    if (open !== undefined && char === '}') templates.push((templates.pop() ?? 0) - 1);
    if (char === '`') {
      const end = endOfTemplatePart(source, at + 1);
      if (source.charAt(end - 1) !== '`') templates.push(0);
      out += keepStrings ? source.slice(at, end) : blanks(source.slice(at, end));
      at = end;
      continue;
    }
    const { end, kind } = nextToken(source, at, out);
    const text = source.slice(at, end);
    out += kind === 'code' || (kind === 'string' && keepStrings) ? text : blanks(text);
    at = end;
  }
  return out;
}

function nextToken(source: string, at: number, before: string): Token {
  const char = source.charAt(at);
  const next = source.charAt(at + 1);
  if (char === '/' && next === '/') return { end: endOr(source, '\n', at), kind: 'comment' };
  if (char === '/' && next === '*') {
    return { end: endOr(source, '*/', at + 2, 2), kind: 'comment' };
  }
  if (char === '"' || char === "'") return { end: endOfQuoted(source, at), kind: 'string' };
  if (char === '/' && startsRegExp(before)) return { end: endOfRegExp(source, at), kind: 'string' };
  return { end: at + 1, kind: 'code' };
}

function endOr(source: string, mark: string, from: number, extra = 0): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + extra;
}

function endOfQuoted(source: string, start: number): number {
  const quote = source.charAt(start);
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '\\') at++;
    else if (char === quote || char === '\n') return at + 1;
  }
  return source.length;
}

/** From behind a backquote or closing brace to behind the next backquote or `${`. */
function endOfTemplatePart(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '\\') at++;
    else if (char === '`') return at + 1;
    else if (char === '$' && source.charAt(at + 1) === '{') return at + 2;
  }
  return source.length;
}

/** A slash divides after a value and starts a regular expression after anything else. */
function startsRegExp(before: string): boolean {
  const code = before.trimEnd();
  return (
    code === '' || /[(,=:[!&|?{};<>+*%~^-]$|\b(?:return|typeof|case|in|of)$/.test(code.slice(-10))
  );
}

function endOfRegExp(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n' || (char === '/' && !inClass)) return at + 1;
  }
  return source.length;
}

function blanks(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
