/**
 * The text of a `java.util.Properties` file as pairs of key and value: configurations of an ensemble
 * travel between servers, and come from clients, in this form. Of a key that is there twice, the
 * last value counts.
 */

/** Throws a SyntaxError for what Java refuses: a `\u` without four hexadecimal digits. */
export function parsePropertiesText(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const match = /^((?:[^\\=: \t\f]|\\.)*)[ \t\f]*(?:[=:][ \t\f]*)?(.*)$/su.exec(line);
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    properties.set(unescaped(key), unescaped(value));
  }
  return properties;
}

/** Without blanks in front, comments and empty lines; lines that go on are put together. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let begun: string | null = null;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (begun === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const whole: string = (begun ?? '') + line;
    // An odd number of backslashes at the end: the last one escapes the end of the line.
    const isContinued = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    begun = isContinued ? whole.slice(0, -1) : null;
    if (!isContinued) lines.push(whole);
  }
  if (begun !== null && begun !== '') lines.push(begun);
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(u(.{0,4})|.|$)/gsu, (_all, code: string, digits?: string) => {
    if (digits === undefined) return ESCAPES[code] ?? code;
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError('Malformed \\uxxxx encoding.');
    return String.fromCharCode(Number.parseInt(digits, 16));
  });
}
