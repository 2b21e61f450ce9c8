/** Files that settings of the client name; what is wrong with one is told with its key. */
import { readFileSync } from 'node:fs';
import { ToolExit } from '../base/tool-exit.ts';
import { CommandLineError } from './command-line-error.ts';

export type Properties = ReadonlyMap<string, string>;

export function readText(key: string, file: string): string {
  return readBytes(key, file).toString('utf8');
}

export function readBytes(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw wrong(`${key}: ${file} cannot be read (${code})`);
  }
}

export function wrong(message: string): CommandLineError {
  return new CommandLineError(message, { exitCode: ToolExit.usage });
}
