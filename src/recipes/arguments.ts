/**
 * Checks of what callers hand in, made when a recipe is constructed: a path that cannot be would
 * otherwise fail only at the first operation, far from the line that is wrong.
 */
import { RecipeError } from './recipe-error.ts';

/** The path, or BadArguments. The root is refused: recipes keep children under their path. */
export function checkPath(path: unknown): string {
  const problem = typeof path === 'string' ? problemOf(path) : 'is not a string';
  if (problem !== undefined) fail(`The path ${shown(path)} ${problem}.`);
  return path as string;
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith('/')) return 'does not start with /';
  if (path === '/') return 'is the root; a recipe needs a node of its own';
  if (path.endsWith('/')) return 'ends with /';
  const names = path.slice(1).split('/');
  if (names.includes('')) return 'has an empty name in it';
  if (names.includes('.') || names.includes('..')) return 'is relative';
  // The control characters and the ranges that ZooKeeper refuses too.
  if (/[\p{Cc}\ud800-\uf8ff\ufff0-\uffff]/u.test(path)) return 'holds a forbidden character';
  return undefined;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

export function checkInteger(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  return fail(`${name} is ${shown(value)}; it must be a whole number from ${min} to ${max}.`);
}

/** A span in milliseconds, above 0; fractions are fine. */
export function checkMs(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  return fail(`${name} is ${shown(value)}; it must be a number of milliseconds above 0.`);
}

export function checkString(name: string, value: unknown): string {
  return typeof value === 'string' ? value : fail(`${name} is ${shown(value)}, not a string.`);
}

export function checkFunction<T>(name: string, value: T): T {
  return typeof value === 'function' ? value : fail(`${name} is ${shown(value)}, not a function.`);
}

export function checkOneOf<T>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  return fail(`${name} is ${shown(value)}; it must be one of ${choices.map(shown).join(', ')}.`);
}

export function fail(message: string): never {
  throw new RecipeError('BadArguments', message);
}

/** A value in a message: short, quoted if it is text. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
