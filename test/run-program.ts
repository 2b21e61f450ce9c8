/** A program of another process under test: what it printed, and how it ended. */
import { type SpawnOptions, spawn } from 'node:child_process';

export interface ProgramEnd {
  /** Null when it was killed, as after `options.timeout`. */
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface CommandEnd extends ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
}

interface ProgramOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'timeout'> {
  /** On standard input. */
  readonly input?: string;
}

/** Node with these words. Resolves when it has ended; the server it talks to may be in this process. */
export async function runProgram(
  words: readonly string[],
  options: ProgramOptions,
): Promise<ProgramEnd> {
  const { code, output } = await runCommand([process.execPath, ...words], options);
  return { code, output };
}

/** Any program, by its path. */
export function runCommand(
  [program = '', ...words]: readonly string[],
  { input, ...options }: ProgramOptions = {},
): Promise<CommandEnd> {
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(program, words, { ...options, stdio: [stdin, 'pipe', 'pipe'] });
  // It may end without reading all.
  child.stdin?.on('error', () => {}).end(input);
  const texts = { output: '', stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (bytes: Buffer) => {
      texts[name] += bytes;
      texts.output += bytes;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}
