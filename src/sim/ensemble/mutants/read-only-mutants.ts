/** What goes wrong where there is no leader. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

const ERROR_REPLY_BYTES = 16;
const ERR_AT = 12;

function withoutRefusal(frame: Uint8Array): Uint8Array {
  if (frame.length !== ERROR_REPLY_BYTES) return frame;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getInt32(ERR_AT) !== ErrorCode.NotReadOnly) return frame;
  const changed = frame.slice();
  changed.fill(0, ERR_AT);
  return changed;
}

export const readOnlyMutants: readonly EnsembleMutant[] = [
  {
    name: 'read-only-acks-writes',
    text: 'In read-only mode a write is answered as if it had been done.',
    like: 'R1',
    seeds: 100,
    hooks: () => ({ frames: (frames) => frames.map(withoutRefusal) }),
  },
  {
    name: 'read-only-serves-all',
    text: 'In read-only mode also those are served who have not asked for it.',
    like: 'R1',
    seeds: 100,
    hooks: () => ({
      connectRequest(bytes) {
        const changed = bytes.slice();
        // The last byte, if the request has the flag; otherwise one of the password.
        if (changed.at(-1) === 0 && changed.length === 4 + 45) changed[changed.length - 1] = 1;
        return changed;
      },
    }),
  },
];
