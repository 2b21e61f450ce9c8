/** A moment as Java's `Date.toString()` writes it: `Thu Nov 26 21:22:49 UTC 2026`. */
export function javaDate(ms: number): string {
  const date = new Date(ms);
  // `Thu Nov 26 2026 21:22:49 GMT+0000 (…)` is what the language itself promises.
  const [weekday = '', month = '', day = '', year = '', time = ''] = date.toString().split(' ');
  return `${weekday} ${month} ${day} ${time} ${zoneName(date)} ${year}`;
}

/** English has a short name only for the zones where it is spoken: hence several countries. */
function zoneName(date: Date): string {
  const names = ['en-US', 'en-GB', 'en-AU', 'en-IN'].map((language) => {
    const format = new Intl.DateTimeFormat(language, { timeZoneName: 'short' });
    return format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  });
  return names.find((name) => !name.startsWith('GMT')) ?? names[0] ?? 'UTC';
}
