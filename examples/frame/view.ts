/** View: a terminal shows the whole as it is now; anything else gets lines. */
import { styleText } from 'node:util';
import type { Play, Stage } from './stage.ts';

export interface ViewOptions {
  readonly title: string;
  readonly output: NodeJS.WriteStream;
}

const REDRAW_MS = 200;
const LINES_MS = 2_000;
const NOTES_SHOWN = 10;
const CLEAR = '\x1b[H\x1b[J';

export class View {
  readonly #title: string;
  readonly #output: NodeJS.WriteStream;
  readonly #notes: string[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastLines = '';

  constructor({ title, output }: ViewOptions) {
    this.#title = title;
    this.#output = output;
  }

  note(text: string): void {
    const at = new Date().toISOString().slice(11, 19);
    this.#notes.push(`${at} ${text}`);
    if (this.#notes.length > NOTES_SHOWN) this.#notes.shift();
    if (this.#timer === undefined || !this.#output.isTTY) this.#say(text);
  }

  start(stage: Stage, play: Play): void {
    const isLive = this.#output.isTTY;
    const show = () => (isLive ? this.#draw(stage, play) : this.#sayLines(play));
    this.#timer = setInterval(show, isLive ? REDRAW_MS : LINES_MS);
  }

  /** From now on there are lines only. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  #sayLines(play: Play): void {
    const lines = play.lines().join('\n');
    if (lines !== this.#lastLines) this.#say(lines);
    this.#lastLines = lines;
  }

  #draw({ ensemble, parts }: Stage, play: Play): void {
    const servers = ensemble.servers.map(({ id, status, mode }) => {
      const state = status === 'running' ? (mode ?? 'looking for a leader') : status;
      return `server ${id} ${styleText(mode === null ? 'red' : 'green', state)}`;
    });
    const rows = parts.map(({ name, state, starts, status }) => {
      const mark = state === 'running' ? styleText('green', '●') : styleText('red', '○');
      const again = starts > 1 ? ` (started ${starts} times)` : '';
      return `${mark} ${name.padEnd(12)} ${state === 'paused' ? 'paused; ' : ''}${status}${again}`;
    });
    const blocks = [
      [styleText('bold', this.#title), servers.join('   ')],
      play.lines(),
      rows,
      [...this.#notes, 'Ctrl-C ends it.'],
    ];
    const text = blocks.map((lines) => lines.join('\n')).join('\n\n');
    const { columns = 100 } = this.#output;
    this.#output.write(
      `${CLEAR}${text
        .split('\n')
        .map((line) => cut(line, columns))
        .join('\n')}\n`,
    );
  }
}

/** Colours take no place; a line that has some is short. */
function cut(line: string, columns: number): string {
  return line.includes('\x1b') || line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
