/**
 * The tables of CRC-32 (IEEE, reflected) for slicing: table `k`, 256 words from 256 * k on, has
 * what a byte comes to that is followed by `k` others.
 */
const POLYNOMIAL = 0xedb88320;

export function crc32Tables(slices: number): Int32Array {
  const tables = new Int32Array(slices * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    tables[n] = c;
  }
  for (let n = 256; n < tables.length; n++) {
    const c = tables[n - 256] as number;
    tables[n] = (tables[c & 0xff] as number) ^ (c >>> 8);
  }
  return tables;
}
