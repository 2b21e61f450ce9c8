/**
 * `gtmk` and `stmk`: Java's mask of what is traced. Nothing here is traced by it; it is kept
 * because scripts set it and read it back.
 */
import { plainWord } from './word-context.ts';

/** Java's default. */
export const TRACE_MASK_DEFAULT = 306n;

export const gtmk = plainWord(({ traceMask }) => String(traceMask));

/** Followed by the mask: eight bytes. */
export const stmk = plainWord((context, { bytes }) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  context.traceMask = view.getBigInt64(4);
  return String(context.traceMask);
}, 12);
