/** What the shops, and who checks their books, know. */
import { join } from 'node:path';
import { fileLines } from '../frame/file-lines.ts';

/** A prefix, the date, and six digits that begin anew every day. */
export const ORDER_FORMAT = 'ORD-{date:yyyyMMdd}-{sequence:6}';
export const ORDERS = '/naming/orders';
export const SHOPS = '/naming/shops';

export function bookFile(folder: string, part: string): string {
  return join(folder, `${part}.book`);
}

/** The numbers that a shop has given out, in all of its lives. */
export function readBook(folder: string, part: string): string[] {
  return fileLines(bookFile(folder, part)).map((line) => line.split(' ')[0] ?? '');
}

/** Throws when a number is there twice, or is none. */
export function checkNumbers(numbers: readonly string[]): void {
  const seen = new Set<string>();
  for (const number of numbers) {
    if (!/^ORD-\d{8}-\d{6}$/.test(number))
      throw new Error(`${number} is not the number of an order.`);
    if (seen.has(number)) throw new Error(`${number} was given out twice.`);
    seen.add(number);
  }
}
