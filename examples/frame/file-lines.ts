/**
 * The lines of a file that a part appends to; none when it has not begun. What stands behind the last
 * newline is half a line, which its writer is still at or was killed at: it is left out.
 */
import { existsSync, readFileSync } from 'node:fs';

export function fileLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}
