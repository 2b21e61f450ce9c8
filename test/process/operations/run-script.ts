/** A command as somebody runs it: its exit code and what it wrote. */
import { spawn } from 'node:child_process';

export interface ScriptEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runScript(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<ScriptEnd> {
  const [program = '', ...rest] = words;
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(program, rest, { stdio: [...stdio], env: { ...process.env, ...env } });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (bytes: Buffer) => {
      texts[name] += bytes;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}
