import { closeSync, fsyncSync, openSync } from 'node:fs';
import { withPath } from '../system-error.ts';

/** Makes the directory's entries durable. */
export function syncDirectory(path: string): void {
  // Windows has no such thing: its directory entries are journalled.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    withPath(path, () => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}
