/**
 * What an id is made of: text, a date, numbers. `{date:yyyyMMdd}` and `{sequence:6}` in a format
 * stand for the parts that change; everything else stands for itself.
 *
 *   ORD-{date:yyyyMMdd}-{sequence:6}   →   ORD-20260131-000042
 */
import { fail, shown } from './arguments.ts';

export type IdPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'date'; readonly pattern: string }
  | { readonly kind: 'sequence'; readonly digits: number };

export interface IdFormat {
  readonly parts: readonly IdPart[];
  /** How many digits the sequence has. */
  readonly digits: number;
}

/** 15 digits are exact in a number. */
const DIGITS_MAX = 15;
const DATE_FIELDS = /yyyy|yy|MM|dd|HH|mm/g;
const PART = /\{([^{}]*)\}|([^{}]+)|[{}]/g;

export function parseIdFormat(format: unknown): IdFormat {
  if (typeof format !== 'string') return fail(`format is ${shown(format)}, not a string.`);
  const parts = [...format.matchAll(PART)].map(([whole, inside, text]): IdPart => {
    if (text !== undefined) return { kind: 'text', text };
    if (inside === undefined) return fail(`The format ${shown(format)} has a ${whole} too many.`);
    return parsePart(format, inside);
  });
  const sequences = parts.filter((part) => part.kind === 'sequence');
  const [sequence] = sequences;
  if (sequence === undefined || sequences.length > 1) {
    return fail(`The format ${shown(format)} needs {sequence:digits} once.`);
  }
  return { parts, digits: sequence.digits };
}

function parsePart(format: string, inside: string): IdPart {
  const colon = inside.indexOf(':');
  const [name, argument] = [inside.slice(0, colon), inside.slice(colon + 1)];
  if (name === 'sequence') {
    const digits = Number(argument);
    if (/^\d+$/.test(argument) && digits >= 1 && digits <= DIGITS_MAX) {
      return { kind: 'sequence', digits };
    }
    return fail(`{${inside}} in ${shown(format)}: from 1 to ${DIGITS_MAX} digits.`);
  }
  if (name === 'date' && argument !== '' && argument.replace(DATE_FIELDS, '') === '') {
    return { kind: 'date', pattern: argument };
  }
  return fail(
    `{${inside}} in ${shown(format)}: there are {sequence:digits} and {date:…} of yyyy, yy, MM, dd, HH, mm.`,
  );
}

/** All date parts together: ids of one period share a sequence. Empty without a date. */
export function periodOf({ parts }: IdFormat, at: Date): string {
  return parts.map((part) => (part.kind === 'date' ? formatDate(part.pattern, at) : '')).join('');
}

export function formatId({ parts }: IdFormat, at: Date, sequence: number): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      if (part.kind === 'date') return formatDate(part.pattern, at);
      return String(sequence).padStart(part.digits, '0');
    })
    .join('');
}

/** In UTC: machines in different time zones must mean the same day. */
function formatDate(pattern: string, at: Date): string {
  const year = String(at.getUTCFullYear()).padStart(4, '0');
  const fields: Readonly<Record<string, string>> = {
    yyyy: year,
    yy: year.slice(-2),
    MM: two(at.getUTCMonth() + 1),
    dd: two(at.getUTCDate()),
    HH: two(at.getUTCHours()),
    mm: two(at.getUTCMinutes()),
  };
  return pattern.replace(DATE_FIELDS, (field) => fields[field] ?? field);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
