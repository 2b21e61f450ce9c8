/** What `--json` prints: one line for one command, so that `jq` and line tools both serve. */
import type { NodeData } from '../client/index.ts';
import type { Flag } from './flags.ts';

export const JSON_FLAG: Flag = { name: 'json', long: 'json', meaning: 'Output as JSON' };

export function jsonText(value: unknown): string {
  return JSON.stringify(value);
}

export type DataJson =
  | { readonly data: string | null }
  | { readonly data: string; readonly encoding: 'base64' };

/** As text where it is UTF-8, else in base64, which is said. */
export function dataJson({ data, isNull }: Pick<NodeData, 'data' | 'isNull'>): DataJson {
  if (isNull === true) return { data: null };
  try {
    return { data: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data) };
  } catch {
    return { data: Buffer.from(data).toString('base64'), encoding: 'base64' };
  }
}
