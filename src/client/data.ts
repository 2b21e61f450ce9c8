/** What a node holds: bytes. A string is written as UTF-8. */
import { describe } from './connect-string.ts';
import type { OperationName } from './machine/operation.ts';
import { badArguments } from './zookeeper-error.ts';

export type Data = Uint8Array | string;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** As `bytesOf`, for what may also be no data at all. */
export function bytesOrNull(
  data: unknown,
  where: { readonly operation: OperationName; readonly path: string },
): Uint8Array | null {
  return data === null ? null : bytesOf(data, where);
}

/** Nothing given is empty data. The bytes are not copied: they must not change until sent. */
export function bytesOf(
  data: unknown,
  { operation, path }: { readonly operation: OperationName; readonly path: string },
): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return encoder.encode(data);
  if (data === undefined) return NO_BYTES;
  throw badArguments(operation, `data is bytes or a string, not ${describe(data)}`, path);
}
