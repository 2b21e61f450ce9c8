/**
 * As few of the items as do (delta debugging): leaves out halves, then quarters, down to single ones,
 * as long as what stays still does it.
 */
export function shrink<T>(
  items: readonly T[],
  does: (kept: readonly T[]) => boolean,
): readonly T[] {
  let kept = items;
  if (kept.length > 0 && does([])) return [];
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < kept.length; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fewer.length < kept.length && fewer.length > 0 && does(fewer)) kept = fewer;
      else at += size;
    }
  }
  return kept;
}
