/** A program of another process under test: what it printed, and how it ended. */
import { type SpawnOptions, spawn } from 'node:child_process';

export interface ProgramEnd {
  /** Null when it was killed, as after `options.timeout`. */
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

interface ProgramOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'timeout'> {
  /** On standard input. */
  readonly input?: string;
}

/** Node with these words. Resolves when it has ended; the server it talks to may be in this process. */
export function runProgram(
  words: readonly string[],
  { input, ...options }: ProgramOptions,
): Promise<ProgramEnd> {
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(process.execPath, words, { ...options, stdio: [stdin, 'pipe', 'pipe'] });
  // It may end without reading all.
  child.stdin?.on('error', () => {}).end(input);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      output += bytes;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
