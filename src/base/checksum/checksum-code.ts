/**
 * The two checksums as WebAssembly: CRC-32 sixteen bytes at a time by sixteen tables, and Adler-32
 * sixteen bytes at a time by vectors. What is said in the comments of adler32.ts and crc32.ts holds
 * here; both give the same numbers.
 */
import {
  assembleModule,
  type Code,
  get,
  i32,
  select,
  set,
  v128,
  type WasmFunction,
  whileLoop,
} from './wasm-assembler.ts';

/** The memory: the tables of CRC-32 first, 256 words each, then what is to be summed. */
export const CRC_SLICES = 16;
const TABLE_BYTES = 1024;
export const TABLES_BYTES = CRC_SLICES * TABLE_BYTES;

const BLOCK = 16;
const ADLER_BASE = 65521;
/** The most bytes, in whole blocks, that may be summed before `b` passes 2^32. */
const ADLER_RUN_MAX = 5552;

const number = (value: number): Code => i32.const(value);
const code = (...parts: readonly Code[]): Code => parts.flat();

/** The parameters of both. */
const at = 0;
const end = 1;
const sum = 2;

/** From `at` to `end`, `step` bytes a time, as long as there are so many. */
const forEach = (step: number, last: number, ...body: readonly Code[]): Code =>
  whileLoop(
    code(number(step - 1), get(at), i32.add, get(last), i32.ltU),
    ...body,
    set(at, get(at), number(step), i32.add),
  );

/** What table `slice` has for byte `byte` of the word. */
const lookUp = (word: number, byte: number, slice: number): Code => {
  const index =
    byte === 0
      ? code(get(word), number(2), i32.shl)
      : code(get(word), number(8 * byte - 2), i32.shrU);
  return code(index, number(0x3fc), i32.and, i32.load(slice * TABLE_BYTES));
};

/** The four bytes of a word, looked up and combined; behind them, the bytes of `slices` others. */
const lookUpWord = (word: number, slices: number): Code =>
  code(
    code(lookUp(word, 0, slices + 3), lookUp(word, 1, slices + 2), i32.xor),
    code(lookUp(word, 2, slices + 1), lookUp(word, 3, slices), i32.xor),
    i32.xor,
  );

function crc32Function(): WasmFunction {
  const [word, second, third, fourth] = [3, 4, 5, 6];
  const inverted = set(sum, get(sum), number(-1), i32.xor);
  const load = set(word, get(at), i32.load(0), get(sum), i32.xor);
  const loads = [second, third, fourth].map((one, index) =>
    set(one, get(at), i32.load(4 * (index + 1))),
  );
  // The word with the sum so far comes last: the others need not wait for the block before.
  const oneBlock = code(
    lookUpWord(second, 8),
    code(lookUpWord(third, 4), i32.xor),
    code(lookUpWord(fourth, 0), i32.xor),
    code(lookUpWord(word, 12), i32.xor),
  );
  const oneByte = code(lookUp(word, 0, 0), get(sum), number(8), i32.shrU, i32.xor);
  const body = code(
    inverted,
    forEach(BLOCK, end, load, ...loads, set(sum, oneBlock)),
    forEach(4, end, load, set(sum, lookUpWord(word, 0))),
    forEach(1, end, set(word, get(at), i32.load8(0), get(sum), i32.xor), set(sum, oneByte)),
    inverted,
    get(sum),
  );
  return { name: 'crc32', parameters: 3, words: 4, vectors: 0, body };
}

/** The four numbers of a vector, added. */
const total = (vector: number): Code =>
  code(
    ...[0, 1, 2, 3].map((index) => code(get(vector), v128.lane(index))),
    i32.add,
    i32.add,
    i32.add,
  );

function adler32Function(): WasmFunction {
  const [a, b, stop] = [3, 4, 5];
  const [block, bytes, before, weighted] = [6, 7, 8, 9];
  const none = v128.const(new Array(BLOCK).fill(0));
  /** A byte counts in `b` as often as there are bytes from it to the end of its block. */
  const weights = v128.const(Array.from({ length: BLOCK }, (_, index) => BLOCK - index));
  const weigh = (multiply: Code): Code => code(get(block), weights, multiply);
  const oneBlock = [
    set(block, get(at), v128.load(0)),
    set(before, get(before), get(bytes), v128.addI32x4),
    set(bytes, get(block), v128.addPairsI8x16U, v128.addPairsI16x8U, get(bytes), v128.addI32x4),
    set(
      weighted,
      code(weigh(v128.multiplyLowI8x16U), weigh(v128.multiplyHighI8x16U), v128.addI16x8),
      code(v128.addPairsI16x8U, get(weighted), v128.addI32x4),
    ),
  ];
  const oneByte = [set(a, get(a), get(at), i32.load8(0), i32.add), set(b, get(b), get(a), i32.add)];
  const left = code(get(end), get(at), i32.sub);
  const runMax = number(ADLER_RUN_MAX);
  const oneRun = [
    set(stop, get(at), select(code(left, runMax, i32.ltU), left, runMax), i32.add),
    // What `a` is now, `b` gets once for each byte of the blocks.
    set(b, get(b), get(stop), get(at), i32.sub, number(-BLOCK), i32.and, get(a), i32.mul, i32.add),
    ...[bytes, before, weighted].map((vector) => set(vector, none)),
    forEach(BLOCK, stop, ...oneBlock),
    // And what the blocks have added to `a`, once for each byte of the blocks behind.
    set(b, get(b), total(before), number(BLOCK), i32.mul, i32.add, total(weighted), i32.add),
    set(a, get(a), total(bytes), i32.add),
    forEach(1, stop, ...oneByte),
    set(a, get(a), number(ADLER_BASE), i32.remU),
    set(b, get(b), number(ADLER_BASE), i32.remU),
  ];
  const body = code(
    set(a, get(sum), number(0xffff), i32.and),
    set(b, get(sum), number(16), i32.shrU),
    whileLoop(code(get(at), get(end), i32.ltU), ...oneRun),
    code(get(b), number(16), i32.shl, get(a), i32.or),
  );
  return { name: 'adler32', parameters: 3, words: 3, vectors: 4, body };
}

export const checksumModule = (): Uint8Array =>
  assembleModule([adler32Function(), crc32Function()]);
