/** The two clocks of the machine, read together: the only place that reads them for the core. */
import type { Now } from '../base/now.ts';

export function readClocks(): Now {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}
