/** What recipes that read values have in common: how bytes become values. */
import { bytes, type Serializer } from '../client/index.ts';

export interface ReadingOptions<T> {
  /** Default: bytes as they are. */
  readonly serializer?: Serializer<T>;
}

/** The options, which must name a serializer unless bytes are a T. */
export type OptionsToRead<T, O extends ReadingOptions<T>> = Uint8Array extends T
  ? [options?: O]
  : [options: O & { readonly serializer: Serializer<T> }];

export function serializerOf<T>({ serializer }: ReadingOptions<T>): Serializer<T> {
  // OptionsToRead asks for one unless bytes are a T.
  return serializer ?? (bytes as unknown as Serializer<T>);
}
