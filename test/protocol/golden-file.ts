/** Golden files: what real programs sent or wrote, as hex behind lines that say where it is from. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../golden/', import.meta.url);

export function goldenNames(under: string): string[] {
  return readdirSync(new URL(`${under}/`, folder)).sort();
}

export function readGolden(path: string): Buffer {
  const lines = readFileSync(new URL(path, folder), 'utf8').split('\n');
  return Buffer.from(lines.filter((line) => !line.startsWith('#')).join(''), 'hex');
}

export function readGoldenText(path: string): string {
  return readFileSync(new URL(path, folder), 'utf8');
}
