/** A program of another process under test: what it printed, and how it ended. */
import { type SpawnOptions, spawn } from 'node:child_process';

export interface ProgramEnd {
  /** Null when it was killed, as after `options.timeout`. */
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** Node with these words. Resolves when it has ended; the server it talks to may be in this process. */
export function runProgram(
  words: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'timeout'>,
): Promise<ProgramEnd> {
  const child = spawn(process.execPath, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
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
