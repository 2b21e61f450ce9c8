/**
 * FastChecksums: the checksums of checksum-code.ts, which are several times as fast as the same in
 * JavaScript. They only see a memory of their own, so what is to be summed is copied there: it pays
 * from a hundred bytes on.
 */
import type { plainAdler32 } from '../adler32.ts';
import { CRC_SLICES, checksumModule, TABLES_BYTES } from './checksum-code.ts';
import { crc32Tables } from './crc32-tables.ts';

type Checksum = typeof plainAdler32;

export interface FastChecksums {
  readonly adler32: Checksum;
  readonly crc32: Checksum;
}

/** From this many bytes on the copy is worth its while. */
export const FAST_BYTES_MIN = 128;

type Sum = (at: number, end: number, sum: number) => number;

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
    return {
      adler32: ofAnyLength(exports.adler32, input),
      crc32: ofAnyLength(exports.crc32, input),
    };
  } catch {
    // A processor without vectors, or no address space to be had: there is another way.
    return null;
  }
}

function ofAnyLength(sumOf: Sum, input: Uint8Array): Checksum {
  return (bytes, start, end, sum = 0) => {
    let result = sum;
    for (let at = start; at < end; at += input.length) {
      const stop = Math.min(end, at + input.length);
      input.set(at === 0 && stop === bytes.length ? bytes : bytes.subarray(at, stop));
      result = sumOf(TABLES_BYTES, TABLES_BYTES + stop - at, result);
    }
    return result >>> 0;
  };
}
