/**
 * At most three parameters. Found without a parser: a name (or `function`) before a parenthesis
 * whose partner is followed by a type, a body or an arrow.
 */
import { blankCode } from './blank-code.ts';
import { type Finding, isCode, lineAt, type Rule } from './repository.ts';

const PARAMETERS_MAX = 3;
const OPENING =
  /(?:\bfunction\b\s*[\w$]*|^ +(?:[a-z]+ )*#?[\w$]+|\bconstructor|=)\s*(?:<[^<>()]*>)?\s*\(/gm;
const NOT_FUNCTIONS = /\b(?:if|for|while|switch|catch|return|await|new|throw|typeof|super)\s*\($/;

export const parameterCount: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path) && path.startsWith('src/'))
    .flatMap((file): Finding[] => {
      const code = blankCode(file.text);
      const findings: Finding[] = [];
      for (const match of code.matchAll(OPENING)) {
        if (NOT_FUNCTIONS.test(match[0])) continue;
        const count = countParameters(code, match.index + match[0].length);
        if (count <= PARAMETERS_MAX) continue;
        findings.push({
          path: file.path,
          line: lineAt(code, match.index + match[0].length),
          rule: 'parameters',
          message: `${count} parameters; beyond ${PARAMETERS_MAX} take an options object.`,
        });
      }
      return findings;
    });

/** 0 if this is a call or a group, not the head of a function. */
export function countParameters(code: string, start: number): number {
  let depth = 0;
  let commas = 0;
  let hasText = false;
  let isAfterComma = false;
  let at = start;
  for (; at < code.length; at++) {
    const char = code.charAt(at);
    if (char === ')' && depth === 0) break;
    if ('([{<'.includes(char)) depth++;
    else if (char === '>' && code.charAt(at - 1) === '=') continue;
    else if (')]}>'.includes(char)) depth--;
    else if (char === ',' && depth === 0) {
      commas++;
      isAfterComma = true;
      continue;
    }
    if (/\S/.test(char)) {
      hasText = true;
      isAfterComma = false;
    }
  }
  const after = code.slice(at + 1, at + 200).trimStart();
  const isHead = /^(?::[^=;?]|\{|=>)/.test(after);
  if (!isHead || !hasText) return 0;
  return commas + (isAfterComma ? 0 : 1);
}
