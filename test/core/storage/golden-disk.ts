/** The data directories captured from Java servers: test/golden/disk/<capture>/<file>.hex. */
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../golden/disk/', import.meta.url);

export const CAPTURES = ['java-3.8.0', 'java-3.9.5', 'java-3.9.5-gz', 'java-3.9.5-snappy'] as const;

/** The name of the capture's later snapshot. */
export function snapshotNameOf(capture: string): string {
  const compression = /-(gz|snappy)$/.exec(capture)?.[1];
  return compression === undefined ? 'snapshot.27' : `snapshot.27.${compression}`;
}

export function goldenFile(capture: string, name: string): Uint8Array {
  const text = readFileSync(new URL(`${capture}/${name}.hex`, ROOT), 'utf8');
  return fromHex(text.replace(/^#.*$/gm, ''));
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/[\s|]/g, ''), 'hex'));
}
