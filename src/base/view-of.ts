/**
 * `bytes[start, end)` to copy from: the bytes themselves where that is all of them. A view costs
 * more to make than a kilobyte to copy, and the collector has to take it away.
 */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}
