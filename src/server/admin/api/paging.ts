/** Which part of a list is wanted: `offset` and `limit` of the query. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}

const LIMIT = 100;
const LIMIT_MAX = 1000;

/** Null where one of them is no number, or too large. */
export function readWindow(query: (name: string) => string | undefined): Window | null {
  const offset = readCount(query('offset'), 0);
  const limit = readCount(query('limit'), LIMIT);
  return offset === null || limit === null || limit > LIMIT_MAX ? null : { offset, limit };
}

function readCount(text: string | undefined, absent: number): number | null {
  if (text === undefined) return absent;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
