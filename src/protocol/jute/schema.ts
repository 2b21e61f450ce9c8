/**
 * Jute schema: one declaration gives a record's TypeScript type, its decoder, its encoder and its
 * printer.
 *
 * `record()` compiles straight-line functions with `new Function`, so a decoded record is one
 * object literal in field order (one hidden class) and costs what hand-written code costs. Where a
 * runtime forbids code generation, the interpreted form serves; tests run both on every record.
 */
import { BinaryReader } from './binary-reader.ts';
import { BinaryWriter } from './binary-writer.ts';
import { JuteError } from './jute-error.ts';

export interface JuteType<T> {
  readonly name: string;
  read(reader: BinaryReader): T;
  write(writer: BinaryWriter, value: T): void;
  /** One short text for traces; never parsed. */
  describe(value: T): string;
  /** The reader's and writer's method that does the work, where there is just one. */
  readonly method?: string;
}

export type Infer<R> = R extends JuteType<infer T> ? T : never;

function primitive<T>(
  name: string,
  method: keyof BinaryReader & keyof BinaryWriter,
  describe: (value: T) => string = String,
): JuteType<T> {
  try {
    const read = new Function('r', `return r.${method}()`) as (reader: BinaryReader) => T;
    const write = new Function('w', 'v', `w.${method}(v)`) as (writer: BinaryWriter, v: T) => void;
    return { name, method, read, write, describe };
  } catch {
    return {
      ...{ name, method, describe },
      read: (reader) => (reader[method] as () => T).call(reader),
      write: (writer, value) => (writer[method] as (value: T) => void).call(writer, value),
    };
  }
}

const describeBytes = (value: Uint8Array | null): string =>
  value === null ? 'null' : `#${value.length}`;

export const bool: JuteType<boolean> = primitive('bool', 'bool');
export const int: JuteType<number> = primitive('int', 'int');
export const long: JuteType<bigint> = primitive('long', 'long');
export const ustring: JuteType<string | null> = primitive('ustring', 'ustring', (value) =>
  JSON.stringify(value),
);
/** Null (length -1) and empty are told apart, and stay so. */
export const buffer: JuteType<Uint8Array | null> = primitive('buffer', 'buffer', describeBytes);

/** A long that is a zxid: a number, exact below 2^53. */
export const zxid: JuteType<number> = {
  name: 'zxid',
  read: (reader) => reader.longAsNumber(),
  write: (writer, value) => writer.longFromNumber(value),
  describe: (value) => (value < 0 ? String(value) : `0x${value.toString(16)}`),
};

/** A long that is a time or a duration in milliseconds: a number. */
export const millis: JuteType<number> = { ...zxid, name: 'millis', describe: String };

/** A long that is a session id: all 64 bits count. */
export const sessionId: JuteType<bigint> = {
  ...long,
  name: 'sessionId',
  describe: (value) => `0x${BigInt.asUintN(64, value).toString(16)}`,
};

export function vector<T>(element: JuteType<T>): JuteType<readonly T[] | null> {
  return {
    name: `vector<${element.name}>`,
    read(reader) {
      const count = reader.vectorCount();
      if (count === null) return null;
      const elements: T[] = [];
      for (let i = 0; i < count; i++) elements.push(element.read(reader));
      return elements;
    },
    write(writer, value) {
      if (value === null) return writer.int(-1);
      writer.int(value.length);
      for (const each of value) element.write(writer, each);
    },
    describe: (value) =>
      value === null ? 'null' : `[${value.map((each) => element.describe(each)).join(' ')}]`,
  };
}

/**
 * A field that older programs leave out at the end of the record: undefined when it is absent, and
 * then not written either.
 */
export function trailing<T>(type: JuteType<T>): JuteType<T | undefined> {
  return {
    name: `${type.name}?`,
    read: (reader) => (reader.remaining > 0 ? type.read(reader) : undefined),
    write(writer, value) {
      if (value !== undefined) type.write(writer, value);
    },
    describe: (value) => (value === undefined ? 'absent' : type.describe(value)),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a shape's field types differ; each is checked where it is used.
type Shape = Record<string, JuteType<any>>;
export type ShapeValue<S extends Shape> = { readonly [K in keyof S]: Infer<S[K]> };

export interface RecordType<T> extends JuteType<T> {
  readonly fields: readonly string[];
  /** The whole of `bytes` as one record; bytes left over are an error. */
  decode(bytes: Uint8Array): T;
  encode(value: T): Uint8Array;
  /** The same without generated code: the fallback, and the reference that tests compare with. */
  readonly interpreted: { read(reader: BinaryReader): T; write(w: BinaryWriter, value: T): void };
}

export function record<S extends Shape>(name: string, shape: S): RecordType<ShapeValue<S>> {
  type T = ShapeValue<S>;
  const entries = Object.entries(shape);
  const interpreted = interpret<T>(entries);
  const { read, write } = compile<T>(entries) ?? interpreted;
  return {
    name,
    fields: entries.map(([field]) => field),
    read,
    write,
    interpreted,
    decode(bytes) {
      const reader = new BinaryReader(bytes);
      const value = read(reader);
      if (reader.remaining > 0) throw new JuteError(`${name}: ${reader.remaining} bytes left over`);
      return value;
    },
    encode(value) {
      const writer = new BinaryWriter();
      write(writer, value);
      return writer.take();
    },
    describe: (value) => {
      const parts = entries.map(([field, type]) => `${field}=${type.describe(value[field])}`);
      return `${name}{${parts.join(' ')}}`;
    },
  };
}

type Entries = [string, Shape[string]][];
type Codec<T> = RecordType<T>['interpreted'];

function interpret<T>(entries: Entries): Codec<T> {
  return {
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [field, type] of entries) value[field] = type.read(reader);
      return value as T;
    },
    write(writer, value) {
      const fields = value as Record<string, unknown>;
      for (const [field, type] of entries) type.write(writer, fields[field]);
    },
  };
}

/** Null where the runtime forbids code generation. */
function compile<T>(entries: Entries): Codec<T> | null {
  const types = entries.map(([, type]) => type);
  const reads = entries.map(([field, type], i) =>
    type.method ? `${field}: r.${type.method}()` : `${field}: t${i}.read(r)`,
  );
  const writes = entries.map(([field, type], i) =>
    type.method ? `w.${type.method}(v.${field});` : `t${i}.write(w, v.${field});`,
  );
  const names = types.map((_, i) => `t${i}`);
  const text = `return {
    read: function (r) { return { ${reads.join(', ')} }; },
    write: function (w, v) { ${writes.join(' ')} },
  };`;
  try {
    return new Function(...names, text)(...types) as Codec<T>;
  } catch {
    return null;
  }
}
