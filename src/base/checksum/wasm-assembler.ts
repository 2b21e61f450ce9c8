/**
 * A WebAssembly module as text would have it, turned into its binary format: just as much of that
 * as the checksums need (WebAssembly Core Specification 2.0, chapter 5). An instruction is a list
 * of bytes; code is instructions one after the other, in stack order.
 */
export type Code = readonly number[];

export interface WasmFunction {
  readonly name: string;
  /** All are i32, as is the one result. */
  readonly parameters: number;
  /** Locals are numbered on from the parameters: first these, i32, … */
  readonly words: number;
  /** … and then these, v128. */
  readonly vectors: number;
  readonly body: Code;
}

const I32 = 0x7f;
const V128 = 0x7b;
const NO_RESULT = 0x40;
const END = 0x0b;
const enumerated = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...leb(content.length), ...content];

/** Little endian base 128, of an unsigned number. */
function leb(value: number): number[] {
  const rest = value >>> 7;
  return rest === 0 ? [value] : [(value & 0x7f) | 0x80, ...leb(rest)];
}

function signedLeb(value: number): number[] {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(rest)];
}

const simd = (opcode: number): Code => [0xfd, ...leb(opcode)];

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, ...value: readonly Code[]): Code => [
  ...value.flat(),
  0x21,
  ...leb(local),
];

/** Named as in WebAssembly's text. */
export const i32 = {
  const: (value: number): Code => [0x41, ...signedLeb(value)],
  /** From the address on the stack plus the offset. */
  load: (offset: number): Code => [0x28, 0, ...leb(offset)],
  load8: (offset: number): Code => [0x2d, 0, ...leb(offset)],
  ltU: [0x49] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  mul: [0x6c] as Code,
  remU: [0x70] as Code,
  and: [0x71] as Code,
  or: [0x72] as Code,
  xor: [0x73] as Code,
  shl: [0x74] as Code,
  shrU: [0x76] as Code,
} as const;

export const v128 = {
  const: (bytes: readonly number[]): Code => [...simd(0x0c), ...bytes],
  load: (offset: number): Code => [...simd(0x00), 0, ...leb(offset)],
  addI16x8: simd(0x8e),
  addI32x4: simd(0xae),
  /** Neighbours added, so half as many numbers, twice as wide. */
  addPairsI8x16U: simd(0x7d),
  addPairsI16x8U: simd(0x7f),
  multiplyLowI8x16U: simd(0x9e),
  multiplyHighI8x16U: simd(0x9f),
  lane: (index: number): Code => [...simd(0x1b), index],
} as const;

/** Runs the body again and again while the condition holds. */
export function whileLoop(condition: Code, ...body: readonly Code[]): Code {
  const branchIf = [0x0d];
  const branch = [0x0c];
  const isZero = [0x45];
  const loop = [0x03, NO_RESULT, ...condition, ...isZero, ...branchIf, 1];
  return [0x02, NO_RESULT, ...loop, ...body.flat(), ...branch, 0, END, END];
}

/** A value: one or the other, by the condition. */
export function select(condition: Code, then: Code, otherwise: Code): Code {
  return [...then, ...otherwise, ...condition, 0x1b];
}

/** A module with these functions, all exported, and a memory that is imported as `base.memory`. */
export function assembleModule(functions: readonly WasmFunction[]): Uint8Array {
  const text = (value: string): Code => enumerated([...value].map((c) => [c.charCodeAt(0)]));
  const types = functions.map(({ parameters }) => {
    const all = Array.from({ length: parameters }, (): Code => [I32]);
    return [0x60, ...enumerated(all), 1, I32];
  });
  const memory = [...text('base'), ...text('memory'), 0x02, 0x00, 1];
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...leb(index)]);
  const bodies = functions.map(({ words, vectors, body }) => {
    const locals = enumerated([
      [...leb(words), I32],
      [...leb(vectors), V128],
    ]);
    const code = [...locals, ...body, END];
    return [...leb(code.length), ...code];
  });
  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, enumerated(types)),
    ...section(2, enumerated([memory])),
    ...section(3, enumerated(functions.map((_, index) => leb(index)))),
    ...section(7, enumerated(exported)),
    ...section(10, enumerated(bodies)),
  ]);
}
