/** SourceLog: the log file of a source. */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const CHUNK_BYTES = 65_536;
const LOOK_AGAIN_MS = 20;

/** When it is there the sources write no more. */
export function enoughFile(folder: string): string {
  return join(folder, 'enough');
}

export class SourceLog {
  readonly path: string;
  readonly #source: string;
  /** The number of its last line. */
  number = 0;
  bytes = 0;

  /** Goes on behind the last whole line: only whole lines are collected. */
  constructor(folder: string, source: string) {
    this.path = join(folder, `${source}.log`);
    this.#source = source;
    const content = existsSync(this.path) ? readFileSync(this.path) : Buffer.alloc(0);
    this.bytes = content.lastIndexOf('\n') + 1;
    this.number = content.subarray(0, this.bytes).toString().split('\n').length - 1;
    appendFileSync(this.path, '');
    truncateSync(this.path, this.bytes);
  }

  append(text: string): void {
    const line = `${this.#source} ${this.number + 1} ${text}\n`;
    appendFileSync(this.path, line);
    this.number++;
    this.bytes += Buffer.byteLength(line);
  }

  /** What is there and what is added, from an offset on, as long as it can be sent. */
  async *follow(from: number, socket: Socket): AsyncGenerator<Buffer> {
    await using file = await open(this.path, 'r');
    let at = from;
    while (!socket.destroyed) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
      at += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else await pause(LOOK_AGAIN_MS);
    }
  }
}

/** Throws when a line is missing, comes twice, or at the wrong place; returns how many there are. */
export function checkLines(source: string, content: string): number {
  const lines = content.split('\n').slice(0, -1);
  for (const [at, line] of lines.entries()) {
    const wanted = `${source} ${at + 1} `;
    if (!line.startsWith(wanted)) throw new Error(`"${line}" stands where ${wanted}should.`);
  }
  return lines.length;
}
