/**
 * The code blocks of the documents as programs. A block that is fenced as `ts` is a module of its
 * own: compiled against the sources and run against a server. `ts no-run` is compiled only (it
 * needs what a test has not, such as a second machine).
 */

export interface CodeBlock {
  /** Of the opening fence, from 1: what an error points to. */
  readonly line: number;
  readonly isRun: boolean;
  readonly text: string;
}

/** Every `ts` block of a page, in order. Throws on a fence that is never closed. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | null = null;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      open?.lines.push(line);
    } else if (open === null) {
      open = { line: index + 1, info: fence[1] ?? '', lines: [] };
    } else {
      const [language, ...marks] = open.info.trim().split(/\s+/);
      if (language === 'ts') {
        const text = `${open.lines.join('\n')}\n`;
        blocks.push({ line: open.line, isRun: !marks.includes('no-run'), text });
      }
      open = null;
    }
  }
  if (open !== null) throw new Error(`The fence of line ${open.line} is never closed.`);
  return blocks;
}
