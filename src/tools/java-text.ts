/** Values as Java's tools print them, whose output scripts have learned to read. */
import type { Acl } from '../protocol/records/acl.ts';

const shortDate = new Intl.DateTimeFormat('en-US', { dateStyle: 'short', timeStyle: 'long' });
const mediumDate = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium' });
const ESCAPED = /[\0\n\r,}%]/g;

/** `11/26/26, 9:24:41 PM UTC` */
export function formatShortDate(wallMs: number): string {
  return withPlainSpaces(shortDate.format(wallMs));
}

/** `Nov 26, 2026, 9:24:41 PM` */
export function formatMediumDate(wallMs: number): string {
  return withPlainSpaces(mediumDate.format(wallMs));
}

/** Newer tables of languages have a narrow space before AM and PM. */
function withPlainSpaces(text: string): string {
  return text.replace(/\u202f/g, ' ');
}

/** A string in the text of a Jute record. */
export function formatUstring(text: string | null): string {
  if (text === null) return '';
  const code = (character: string): string =>
    `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return `'${text.replace(ESCAPED, code)}`;
}

export function formatAcl({ perms, id }: Acl): string {
  return `${perms},s{${formatUstring(id.scheme)},${formatUstring(id.id)}}`;
}

/** `0x` and 14 digits at least, in hex. */
export function formatPaddedHex(value: bigint | number): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16).padStart(14, '0')}`;
}
