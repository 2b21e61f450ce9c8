/**
 * The kinds of values a setting can have: how the text is read and what is allowed, in words.
 *
 * Two families, because Java has two: the keys that its parser of zoo.cfg knows are strict
 * (`strictBoolean`), those read from system properties are lax (`laxBoolean`: only `true` is
 * true). Where Java silently falls back to the default for a malformed number, this refuses to
 * start: a limit that is not the one written down is found too late.
 */

export interface Reading<T> {
  readonly value: T;
  /** A phrase for the log when the value was taken, but not as it was written. */
  readonly warning?: string;
}

export interface ValueKind<T> {
  /** What is allowed, as a phrase. */
  readonly allowed: string;
  /** Undefined: refused. */
  read(text: string): Reading<T> | undefined;
}

export const INT_MIN = -2147483648;
export const INT_MAX = 2147483647;

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Smaller values are raised to `min` with a warning, as Java does for some. */
  readonly raise?: boolean;
}

/** A Java int: decimal, or hexadecimal after `0x` as `Integer.getInteger` takes it. */
export function int(range: Range = {}): ValueKind<number> {
  return wholeNumber({ min: INT_MIN, max: INT_MAX, ...range });
}

/** A Java long, as far as a number is exact. */
export function long(range: Range = {}): ValueKind<number> {
  return wholeNumber({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, ...range });
}

function wholeNumber({ min, max, raise = false }: Required<Omit<Range, 'raise'>> & Range) {
  const kind: ValueKind<number> = {
    allowed: describeRange(min, max, raise),
    read(text) {
      if (!/^[+-]?(\d+|0[xX][0-9a-fA-F]+)$/.test(text)) return undefined;
      const digits = text.replace(/^[+-]/, '');
      const value = (text.startsWith('-') ? -1 : 1) * Number(digits);
      if (value < min && raise) return { value: min, warning: `raised to ${min}` };
      return value < min || value > max ? undefined : { value: value === 0 ? 0 : value };
    },
  };
  return kind;
}

function describeRange(min: number, max: number, raise: boolean): string {
  if (raise) return `a whole number; less than ${min} counts as ${min}`;
  const bounded = max !== INT_MAX && max !== Number.MAX_SAFE_INTEGER;
  if (bounded) return `a whole number from ${min} to ${max}`;
  return min > INT_MIN ? `a whole number, ${min} or more` : 'a whole number';
}

export function decimal({ min = 0, max = 1 } = {}): ValueKind<number> {
  return {
    allowed: `a number from ${min} to ${max}`,
    read(text) {
      const value = Number(text);
      if (text === '' || !Number.isFinite(value)) return undefined;
      return value < min || value > max ? undefined : { value };
    },
  };
}

/** `true` or `false` in any case, as for the keys that Java's parser of zoo.cfg knows. */
export const strictBoolean: ValueKind<boolean> = {
  allowed: 'true or false',
  read(text) {
    const word = text.toLowerCase();
    return word === 'true' || word === 'false' ? { value: word === 'true' } : undefined;
  },
};

/** Only `true` (in any case) is true, as `Boolean.getBoolean` reads a system property. */
export const laxBoolean: ValueKind<boolean> = {
  allowed: 'true; anything else counts as false',
  read(text) {
    const word = text.toLowerCase();
    if (word === 'true' || word === 'false') return { value: word === 'true' };
    return { value: false, warning: 'counts as false, as it is neither true nor false' };
  },
};

/** True unless the text is exactly `no`, as Java reads forceSync and leaderServes. */
export const unlessNo: ValueKind<boolean> = {
  allowed: 'yes or no',
  read(text) {
    if (text === 'yes' || text === 'no') return { value: text === 'yes' };
    return { value: true, warning: 'counts as yes, as it is not exactly no' };
  },
};

/** True only for exactly `yes`, as Java reads skipACL. */
export const onlyYes: ValueKind<boolean> = {
  allowed: 'yes or no',
  read(text) {
    if (text === 'yes' || text === 'no') return { value: text === 'yes' };
    return { value: false, warning: 'counts as no, as it is not exactly yes' };
  },
};

export const text: ValueKind<string> = {
  allowed: 'text',
  read: (value) => ({ value }),
};

export const directory: ValueKind<string> = {
  allowed: 'the path of a directory',
  read(value) {
    if (value === '') return undefined;
    if (value.startsWith('/') || value.startsWith('./') || value.startsWith('../')) {
      return { value };
    }
    return { value, warning: 'is relative; write ./ in front to say that this is meant' };
  },
};

export const host: ValueKind<string> = {
  allowed: 'an address or the name of a host',
  read: (value) => (value === '' ? undefined : { value }),
};

/** Without what means something in a pattern of paths. */
export const urlPath: ValueKind<string> = {
  allowed: 'a path as /commands, of letters, digits and -._~',
  read: (value) => (/^(\/[\w.~-]+)+$/.test(value) ? { value } : undefined),
};

export const port: ValueKind<number> = int({ min: 0, max: 65535 });

/** Words separated by commas; blanks around them and empty ones do not count. */
export const words: ValueKind<readonly string[]> = {
  allowed: 'words separated by commas',
  read(value) {
    const list = value.split(',').map((word) => word.trim());
    return { value: list.filter((word) => word !== '') };
  },
};

/** One of the words; `normalize` maps what is written to the value. */
export function oneOf<T extends string>(choices: readonly T[], ignoreCase = false): ValueKind<T> {
  return {
    allowed: choices.map((choice) => (choice === '' ? 'nothing' : choice)).join(', '),
    read(value) {
      const wanted = ignoreCase ? value.toLowerCase() : value;
      const found = choices.find(
        (choice) => (ignoreCase ? choice.toLowerCase() : choice) === wanted,
      );
      return found === undefined ? undefined : { value: found };
    },
  };
}

const INTERVAL_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** autopurge.purgeInterval: a bare number counts hours. */
export const purgeInterval: ValueKind<number> = {
  allowed: 'a number of hours, or a number followed by ms, s, m, h or d',
  read(value) {
    const match = /^([+-]?\d+)\s*(ms|s|m|h|d)?$/i.exec(value);
    if (match?.[1] === undefined) return undefined;
    const unitMs = INTERVAL_UNITS_MS[(match[2] ?? 'h').toLowerCase()] ?? 0;
    return { value: Math.max(0, Number(match[1]) * unitMs) };
  },
};

/** Java's names of digest algorithms, to the names that node:crypto knows. */
const DIGEST_ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA: 'sha1',
  SHA1: 'sha1',
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
};

export const digestAlgorithm: ValueKind<string> = {
  allowed: Object.keys(DIGEST_ALGORITHMS).join(', '),
  read(value) {
    const algorithm = DIGEST_ALGORITHMS[value.toUpperCase()];
    return algorithm === undefined ? undefined : { value: algorithm };
  },
};
