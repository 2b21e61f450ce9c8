/** Every record that a file in src/protocol/records declares, found rather than listed. */
import { readdirSync } from 'node:fs';
import type { RecordType } from '../../../src/protocol/jute/schema.ts';

const folder = new URL('../../../src/protocol/records/', import.meta.url);

export type AnyRecord = RecordType<unknown>;

function isRecord(value: unknown): value is AnyRecord {
  return typeof value === 'object' && value !== null && 'interpreted' in value;
}

export async function allRecords(): Promise<AnyRecord[]> {
  const records = new Set<AnyRecord>();
  for (const file of readdirSync(folder)) {
    const exported = Object.values(await import(new URL(file, folder).href));
    for (const each of exported) if (isRecord(each)) records.add(each);
  }
  return [...records];
}
