/** The text form of the log: one line a message, as operators of ZooKeeper know it. */
import { writeSync } from 'node:fs';
import type { LogLevel } from './log-settings.ts';
import { type LogFact, type LogFacts, type Logger, makeLogger } from './logger.ts';

export function createTextLogger(level: LogLevel, fileDescriptor: number): Logger {
  const sink = makeLineSink(fileDescriptor);
  return makeLogger(level, (at, message, facts) => {
    sink(formatTextLine({ wallMs: Date.now(), level: at, message, facts }));
  });
}

export interface LogLine {
  readonly wallMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly facts: LogFacts | undefined;
}

/** `2026-11-23 07:40:04,123 [INFO] Message. key=value`, local time as ZooKeeper's default. */
export function formatTextLine({ wallMs, level, message, facts }: LogLine): string {
  let line = `${formatTime(wallMs)} [${level.toUpperCase()}] ${escapeControls(message)}`;
  let stack = '';
  for (const [name, fact] of Object.entries(facts ?? {})) {
    if (fact === undefined) continue;
    line += ` ${name}=${formatFact(fact)}`;
    if (fact instanceof Error && level === 'error') stack = formatStack(fact);
  }
  return `${line}\n${stack}`;
}

function formatFact(fact: Exclude<LogFact, undefined>): string {
  const text = fact instanceof Error ? fact.message : String(fact);
  // Facts can come from outside: quoted, they can neither forge a fact nor a line.
  return /^[!#-<>-~]+$/.test(text) ? text : escapeControls(JSON.stringify(text));
}

function formatStack(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const cause = error.cause instanceof Error ? `    caused by ${error.cause.message}\n` : '';
  return frames.map((frame) => `${escapeControls(frame)}\n`).join('') + escapeLine(cause);
}

function escapeLine(line: string): string {
  return line === '' ? '' : `${escapeControls(line.slice(0, -1))}\n`;
}

/** Control characters and line separators as \u escapes. */
function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** `2026-11-23 07:40:04,123`, local time. */
export function formatTime(wallMs: number): string {
  const time = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${day} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** How often a full pipe is tried again before a line is given up. */
const FULL_PIPE_TRIES = 100;

/**
 * Writes lines to a descriptor, and never fails: a reader of the log that went away or does not
 * keep up must not stop the server. Lost lines are counted and reported by the next that fits.
 */
function makeLineSink(fileDescriptor: number): (line: string) => void {
  let lost = 0;
  return (line) => {
    const note = lost > 0 ? `(${lost} lines of the log were lost here)\n` : '';
    if (writeFully(fileDescriptor, Buffer.from(note + line))) lost = 0;
    else lost++;
  };
}

function writeFully(fileDescriptor: number, bytes: Buffer): boolean {
  let at = 0;
  for (let tries = 0; at < bytes.length && tries < FULL_PIPE_TRIES; tries++) {
    try {
      at += writeSync(fileDescriptor, bytes, at);
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull) return false;
    }
  }
  return at === bytes.length;
}
