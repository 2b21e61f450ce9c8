/** What the canary mutants do, of one server and of an ensemble: now and then a byte is wrong. */
import type { Prng } from '../../base/prng.ts';

const LONG_FRAME_BYTES = 84;

/** The frames; one in twenty of the long ones as a copy with a changed byte. */
export function corruptedFrames(frames: readonly Uint8Array[], prng: Prng): Uint8Array[] {
  return frames.map((frame) => {
    if (frame.length < LONG_FRAME_BYTES || !prng.chance(0.05)) return frame;
    const changed = frame.slice();
    changed[40] = (changed[40] ?? 0) ^ 1;
    return changed;
  });
}
