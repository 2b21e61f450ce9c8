/**
 * A file in the syntax of `java.util.Properties`, as entries with their lines. The syntax itself
 * is dot-properties' business (it agrees with Java byte for byte); the line numbers are added
 * here, so that a message can name the place. Bytes are ISO-8859-1, as Java reads them.
 */
import { type Node, Pair, parseLines } from 'dot-properties';
import type { ConfigOrigin } from './config-error.ts';

export interface PropertyEntry {
  readonly key: string;
  readonly value: string;
  readonly origin: ConfigOrigin;
}

export function parsePropertiesFile(source: string, bytes: Uint8Array): PropertyEntry[] {
  const text = Buffer.from(bytes).toString('latin1');
  const lineOf = makeLineCounter(text);
  const entries: PropertyEntry[] = [];
  for (const node of parseLines(text, true) as Node[]) {
    if (!(node instanceof Pair)) continue;
    entries.push({
      key: node.key.trim(),
      value: node.value.trim(),
      origin: { source, line: lineOf(node.range?.[0] ?? 0) },
    });
  }
  return entries;
}

/** Offsets must be asked for in rising order; the whole text is then walked once. */
function makeLineCounter(text: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) {
      const isCarriageReturnAlone = text[at] === '\r' && text[at + 1] !== '\n';
      if (text[at] === '\n' || isCarriageReturnAlone) line++;
    }
    return line;
  };
}
