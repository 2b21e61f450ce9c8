import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

const MOUNT = 'tmpfs';

/** A file system of its own, of this size, that goes when the test ends; or why there is none. */
export function mountSmallDisk(
  t: TestContext,
  size: string,
): { place: string } | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'small disks are mounted on Linux only' };
  const place = mkdtempSync(path.join(tmpdir(), 'zooid-small-'));
  const mounted = spawnSync('mount', ['-t', MOUNT, '-o', `size=${size}`, MOUNT, place]);
  t.after(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', place]);
    rmSync(place, { recursive: true });
  });
  if (mounted.status !== 0) return { reason: `mount: ${mounted.stderr} (root is needed)` };
  return { place };
}
