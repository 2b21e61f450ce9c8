// Runs a real client program against a server and gives its output with everything masked that
// differs between two runs: times, ports, session ids.

import { spawn } from 'node:child_process';

export interface ProgramRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Record<string, string>;
}

export interface ProgramOutput {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly code: number | null;
}

const PROGRAM_TIMEOUT_MS = 60_000;

const masks: readonly (readonly [RegExp, string])[] = [
  [/[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d( [A-Z]+)? 20\d\d/g, 'TIME'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d+/g, 'TIME'],
  [/127\.0\.0\.1:\d+/g, 'SERVER'],
  [/0x1[0-9a-f]{14,15}\b/g, 'SESSION'],
  [/\b1[0-9a-f]{14,15}\b/g, 'SESSION'],
  [/time = \d+ msec/g, 'time = N msec'],
  [/:\d+\(0x[0-9a-f]+\):/g, ':PID:'],
];

const maskedLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => masks.reduce((masked, [pattern, by]) => masked.replace(pattern, by), line));

/** Runs to the end of the program; its whole input is there from the start. */
export const runProgram = (run: ProgramRun): Promise<ProgramOutput> =>
  new Promise((resolve, reject) => {
    const child = spawn(run.command, run.args, { env: { ...process.env, TZ: 'UTC', ...run.env } });
    const timer = setTimeout(() => child.kill('SIGKILL'), PROGRAM_TIMEOUT_MS);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {
      // A program may end before it has read everything.
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({
        stdout: maskedLines(Buffer.concat(out).toString('utf8')),
        stderr: maskedLines(Buffer.concat(err).toString('utf8')),
        code,
      });
    });
    child.stdin.end(run.input ?? '');
  });
