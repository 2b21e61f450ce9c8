/**
 * Makes a directory and those above it that are missing. Node's own way (`recursive`) never comes
 * back below /proc, where a directory that is there says ENOENT to whoever makes another in it.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemError } from '../system-error.ts';

/** Throws the system's error. One that is there already is fine, and keeps its mode. */
export function makeDirectory(path: string, options: { readonly mode?: number } = {}): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeDirectory(parent);
  try {
    mkdirSync(path, options);
  } catch (error) {
    const isThere = isSystemError(error) && error.code === 'EEXIST' && isDirectory(path);
    if (!isThere) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
