/** Deep equality of plain values: objects by their defined fields, arrays, bytes. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return hasFieldsOf(a, b) && hasFieldsOf(b, a);
}

/** Every defined field of `a` is the same in `b`. */
function hasFieldsOf(a: object, b: object): boolean {
  const own = a as Record<string, unknown>;
  const other = b as Record<string, unknown>;
  for (const name in own) {
    if (own[name] !== undefined && !sameValue(own[name], other[name])) return false;
  }
  return true;
}

/** For messages: short, and with bytes and bigints readable. */
export function describeValue(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return `0x${BigInt.asUintN(64, each).toString(16)}`;
    if (each instanceof Uint8Array) return `#${each.length}`;
    return each;
  });
  return (text ?? String(value)).slice(0, 600);
}
