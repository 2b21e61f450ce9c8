/**
 * GeneratedReader: a BinaryReader that makes values up instead of reading them. A record that is
 * "read" from it is an arbitrary value of its schema, so a new record needs no arbitrary of its own.
 */
import fc, { type GeneratorValue } from 'fast-check';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';

const bytes = () => fc.uint8Array({ maxLength: 70 });
/** Any UTF-16 unit but surrogates, which do not come back (see the tests of BinaryReader). */
const unit = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0xffff }),
);
export const plainString = (): fc.Arbitrary<string> =>
  fc.array(unit, { maxLength: 12 }).map((units) => String.fromCharCode(...units));

export class GeneratedReader extends BinaryReader {
  readonly #draw: GeneratorValue;

  constructor(draw: GeneratorValue) {
    super();
    this.#draw = draw;
  }

  /** Asked only by a trailing field, on whether it is there. */
  override get remaining(): number {
    return this.#draw(fc.nat, { max: 1 });
  }

  override byte(): number {
    return this.#draw(fc.nat, { max: 255 });
  }

  override bool(): boolean {
    return this.#draw(fc.boolean);
  }

  override int(): number {
    return this.#draw(fc.integer);
  }

  override long(): bigint {
    return this.#draw(fc.bigInt, { min: -(2n ** 63n), max: 2n ** 63n - 1n });
  }

  override longAsNumber(): number {
    return this.#draw(fc.maxSafeInteger);
  }

  override ustring(): string | null {
    return this.#draw(() => fc.option(plainString()));
  }

  override buffer(): Uint8Array | null {
    return this.#draw(() => fc.option(bytes()));
  }

  override vectorCount(): number | null {
    return this.#draw(() => fc.option(fc.nat({ max: 4 })));
  }
}
