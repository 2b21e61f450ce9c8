/**
 * The known key that a mistyped one was probably meant to be: the smallest edit distance
 * (insert, delete, replace, swap of neighbours) without regard to case, if it is small against
 * the length.
 */
export function nearestKey(typed: string, known: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  let nearest: string | undefined;
  let best = Math.min(3, Math.floor(typed.length / 3)) + 1;
  for (const key of known) {
    if (Math.abs(key.length - typed.length) >= best) continue;
    const distance = editDistance(wanted, key.toLowerCase());
    if (distance < best) {
      best = distance;
      nearest = key;
    }
  }
  return nearest;
}

function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = left[i - 1] === right[j - 1] ? 0 : 1;
      let cost = Math.min(at(row, j - 1) + 1, at(last, j) + 1, at(last, j - 1) + replaced);
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwap) cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
