/** Serializers: values of the application as the bytes of a node. */
export interface Serializer<T> {
  serialize(value: T): Uint8Array;
  /** What it throws is what the reading call rejects with. */
  deserialize(bytes: Uint8Array): T;
}

/** As they are. */
export const bytes: Serializer<Uint8Array> = {
  serialize: (value) => value,
  deserialize: (value) => value,
};

/** UTF-8. Bytes that are none become replacement characters. */
export const text: Serializer<string> = {
  serialize: (value) => new TextEncoder().encode(value),
  deserialize: (value) => new TextDecoder().decode(value),
};

/** JSON. `validate` makes of what was parsed a value of the type, or throws. */
export function json<T = unknown>(validate?: (value: unknown) => T): Serializer<T> {
  return {
    serialize: (value) => new TextEncoder().encode(JSON.stringify(value)),
    deserialize(value) {
      const parsed: unknown = JSON.parse(new TextDecoder().decode(value));
      return validate === undefined ? (parsed as T) : validate(parsed);
    },
  };
}
