/**
 * Transcript: what a scenario prints. Events are lines with their time; between them stands what the
 * scenario says about them. What one server sends to several at once is one line.
 */
interface EventLine {
  readonly timeUs: number;
  readonly from: string;
  readonly to: string[];
  readonly text: string;
  readonly isShown: boolean;
}

type Line = EventLine | { readonly said: string } | { readonly row: string };

export interface TranscriptEvent {
  readonly nowUs: number;
  readonly from: string;
  /** Absent where something happens at one place. */
  readonly to?: string;
  readonly text: string;
  readonly isHidden?: boolean;
}

const COLUMNS = 96;
const WAY_COLUMNS = 12;
const ROW_INDENT = 14;

export class Transcript {
  readonly #lines: Line[] = [];
  #startUs = 0;
  /** How many lines stay where they are. */
  #fixed = 0;
  /** Nothing is printed, but it can be looked for. */
  isMuted = false;

  /** What comes next is at time zero. */
  begin(nowUs: number): void {
    this.#startUs = nowUs;
  }

  /** From here on `has` can look. */
  mark(): number {
    this.#fixed = this.#lines.length;
    return this.#fixed;
  }

  say(text: string): void {
    if (!this.isMuted) this.#lines.push({ said: text.replaceAll(/\s+/g, ' ').trim() });
    this.mark();
  }

  row(text: string): void {
    if (!this.isMuted) this.#lines.push({ row: text });
  }

  event({ nowUs, from, to, text, isHidden = false }: TranscriptEvent): void {
    const isShown = !this.isMuted && !isHidden;
    const line = { timeUs: nowUs - this.#startUs, from, to: [] as string[], text, isShown };
    if (to === undefined) return this.#insert(line);
    const last = this.#lines.at(-1);
    if (last !== undefined && isSameMessage(last, line)) last.to.push(to);
    else this.#lines.push({ ...line, to: [to] });
  }

  /** What becomes of a server in a step stands before what it sends in that step. */
  #insert(line: EventLine): void {
    let at = this.#lines.length;
    while (at > this.#fixed) {
      const before = this.#lines[at - 1];
      if (before === undefined || !('text' in before) || before.to.length === 0) break;
      if (before.timeUs !== line.timeUs || before.from !== line.from) break;
      at--;
    }
    this.#lines.splice(at, 0, line);
  }

  /** True when a line from there on matches: `2 → 3 ACK 0x100000001`. */
  has(pattern: RegExp, start: number): boolean {
    return this.#lines
      .slice(start)
      .some((line) => 'text' in line && pattern.test(`${wayOf(line)} ${line.text}`));
  }

  render(): string {
    let text = '';
    let wasSaid = true;
    for (const line of this.#lines) {
      if ('text' in line && !line.isShown) continue;
      const isSaid = 'said' in line;
      if (text !== '' && (isSaid || wasSaid)) text += '\n';
      text += renderLine(line);
      wasSaid = isSaid;
    }
    return text;
  }
}

function isSameMessage(last: Line, { timeUs, from, text }: EventLine): last is EventLine {
  if (!('text' in last) || last.to.length === 0) return false;
  return last.timeUs === timeUs && last.from === from && last.text === text;
}

function wayOf({ from, to }: EventLine): string {
  return to.length === 0 ? from : `${from} → ${to.join(', ')}`;
}

function renderLine(line: Line): string {
  if ('said' in line) return wrap(line.said);
  if ('row' in line) return `${' '.repeat(ROW_INDENT)}${line.row}\n`;
  const ms = (line.timeUs / 1000).toFixed(1).padStart(9);
  return `${ms} ms  ${wayOf(line).padEnd(WAY_COLUMNS)} ${line.text}\n`;
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}
