/**
 * FastChecksums: the checksums of checksum-code.ts, which are several times as fast as the same in
 * JavaScript. They only see a memory of their own, so what is to be summed is copied there: it pays
 * from a hundred bytes on. Who sums calls the one or the other by itself: a call of both from one place
 * is one that the runtime cannot make cheap.
 */
import { viewOf } from '../view-of.ts';
import { CRC_SLICES, checksumModule, TABLES_BYTES } from './checksum-code.ts';
import { crc32Tables } from './crc32-tables.ts';

/** From this many bytes on the copy is worth its while. */
export const FAST_BYTES_MIN = 128;

/** The running checksum of the memory from an address to another, going on from the last result. */
type Sum = (at: number, end: number, sum: number) => number;

export interface FastChecksums {
  /** Where in the memory the input is. */
  readonly inputAt: number;
  readonly inputBytesMax: number;
  /** Copies `bytes[start, end)` to the input and returns where that ends in the memory. */
  load(bytes: Uint8Array, start: number, end: number): number;
  readonly adler32: Sum;
  readonly crc32: Sum;
}

/** What is used of the runtime's WebAssembly, which ECMAScript's own types do not have. */
interface WebAssemblyRuntime {
  readonly Memory: new (options: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { base: { memory: object } },
  ) => { readonly exports: { readonly adler32: Sum; readonly crc32: Sum } };
}

let fast: FastChecksums | null | undefined;

/** Null where the runtime has no WebAssembly, or no vectors. Made when first asked for. */
export function fastChecksums(): FastChecksums | null {
  if (fast === undefined) fast = createChecksums();
  return fast;
}

function createChecksums(): FastChecksums | null {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyRuntime };
  if (WebAssembly === undefined) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(checksumModule());
    const { exports } = new WebAssembly.Instance(module, { base: { memory } });
    new Int32Array(memory.buffer).set(crc32Tables(CRC_SLICES));
    const input = new Uint8Array(memory.buffer, TABLES_BYTES);
    const { adler32, crc32 } = exports;
    return {
      inputAt: TABLES_BYTES,
      inputBytesMax: input.length,
      load(bytes, start, end) {
        input.set(viewOf(bytes, start, end));
        return TABLES_BYTES + end - start;
      },
      adler32,
      crc32,
    };
  } catch {
    // A processor without vectors, or no address space to be had: there is another way.
    return null;
  }
}
