// What is assembled, run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  assembleModule,
  type Code,
  get,
  i32,
  select,
  set,
  whileLoop,
} from '../../../src/base/checksum/wasm-assembler.ts';

interface Runtime {
  readonly Memory: new (options: { initial: number }) => object;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, (a: number, b: number) => number>> };
}

/** Of two parameters and one local. */
const assemble = (body: Code): ((a: number, b: number) => number) => {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Runtime };
  const bytes = assembleModule([{ name: 'run', parameters: 2, words: 1, vectors: 0, body }]);
  const imports = { base: { memory: new WebAssembly.Memory({ initial: 1 }) } };
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
  assert.ok(run !== undefined);
  return run;
};

test('assembler: any constant → itself', () => {
  for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -(2 ** 31)]) {
    assert.equal(assemble(i32.const(value))(0, 0), value);
  }
  fc.assert(
    fc.property(fc.integer(), (value) => {
      assert.equal(assemble(i32.const(value))(0, 0), value);
    }),
    { numRuns: 50 },
  );
});

test('assembler: a loop → runs while its condition holds', () => {
  const sumUpTo = [
    ...whileLoop(
      [...get(0), ...get(1), ...i32.ltU],
      set(2, get(2), get(0), i32.add),
      set(0, get(0), i32.const(1), i32.add),
    ),
    ...get(2),
  ];
  assert.equal(assemble(sumUpTo)(0, 5), 10);
  assert.equal(assemble(sumUpTo)(5, 5), 0);
});

test('assembler: a choice → the first value if the condition holds, else the other', () => {
  const smaller = assemble(select([...get(0), ...get(1), ...i32.ltU], get(0), get(1)));
  assert.deepEqual([smaller(3, 9), smaller(9, 3)], [3, 3]);
});
