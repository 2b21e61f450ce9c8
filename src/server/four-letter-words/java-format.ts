/** Numbers, dates and ids as Java prints them: monitoring scripts have learned these forms. */
/** Four decimals at most, `0.0` for nothing, and Java's exponent below a thousandth. */
export function formatDouble(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  if (Number.isInteger(rounded)) return `${rounded}.0`;
  if (Math.abs(rounded) >= 0.001) return String(rounded);
  const [digits = '', exponent = ''] = rounded.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** A long in hex, without sign. */
export function formatHex(value: bigint | number): string {
  return BigInt.asUintN(64, BigInt(value)).toString(16);
}

const dateParts = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  year: 'numeric',
  timeZoneName: 'short',
});

/** `Mon Nov 23 08:22:36 UTC 2026`, in the time zone of the server. */
export function formatDate(wallMs: number): string {
  const parts = new Map(dateParts.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const text = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const time = `${text('hour')}:${text('minute')}:${text('second')}`;
  const day = `${text('weekday')} ${text('month')} ${text('day')}`;
  return `${day} ${time} ${text('timeZoneName')} ${text('year')}`;
}

/** An IPv6 address in brackets. */
export function formatHostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
