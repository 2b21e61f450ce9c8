/** What is written into the `holder` node of a LeasedLock. */
import { RecipeError } from './recipe-error.ts';

export interface LeaseHolder {
  /** Of one taking of the lock: no two are alike. */
  readonly id: string;
  readonly identifier: string;
  readonly leaseMs: number;
}

export function encodeHolder({ id, identifier, leaseMs }: LeaseHolder): string {
  return JSON.stringify({ id, identifier, leaseMs });
}

/** Undefined for a lock that was given back. `path` is that of the node. */
export function decodeHolder(path: string, data: Uint8Array): LeaseHolder | undefined {
  if (data.length === 0) return undefined;
  const text = new TextDecoder().decode(data);
  const value = parse(text);
  if (isHolder(value)) return value;
  const shown = JSON.stringify(text.slice(0, 100));
  throw new RecipeError('Corrupt', `${path} holds ${shown}, which no leased lock wrote.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is LeaseHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { id, identifier, leaseMs } = value as Partial<Record<keyof LeaseHolder, unknown>>;
  return typeof id === 'string' && typeof identifier === 'string' && typeof leaseMs === 'number';
}
