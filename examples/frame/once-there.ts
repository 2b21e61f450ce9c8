/** Dials until somebody is there: a server that was killed is being started again. */
import { setTimeout as pause } from 'node:timers/promises';

/** While nobody listens at a socket nothing was sent: to try once more does no harm. */
const NOBODY_THERE = ['ENOENT', 'ECONNREFUSED'];
const PATIENCE_MS = 20_000;

export async function onceThere<T>(dial: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await dial();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!NOBODY_THERE.includes(code) || performance.now() >= endMs) throw error;
    }
    await pause(50);
  }
}
