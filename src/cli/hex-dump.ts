/** Bytes in the columns of Netty's `prettyHexDump`, which Java's `get -x` prints. */
const ROW_BYTES = 16;
const HEAD = [
  `         +${'-'.repeat(49)}+`,
  '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |',
];
const RULE = `+--------+${'-'.repeat(49)}+${'-'.repeat(16)}+`;

export function hexDump(bytes: Uint8Array): string {
  // Compat: of nothing Netty draws nothing.
  if (bytes.length === 0) return '';
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = [...bytes.subarray(at, at + ROW_BYTES)];
    const hex = row.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('');
    const text = row.map(shownByte).join('');
    const offset = at.toString(16).padStart(8, '0');
    rows.push(`|${offset}|${hex.padEnd(48)} |${text.padEnd(ROW_BYTES)}|`);
  }
  return [...HEAD, RULE, ...rows, RULE].join('\n');
}

function shownByte(byte: number): string {
  return byte <= 0x1f || byte >= 0x7f ? '.' : String.fromCharCode(byte);
}
