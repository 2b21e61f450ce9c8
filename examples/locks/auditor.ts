/**
 * An auditor: adds up the end of the ledger, page by page, while nobody writes. Several do it at the
 * same time, as they only share the lock with each other.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ReadWriteLock } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { checkEntries, type Entry, LedgerClient } from './ledger-access.ts';

const ENTRIES_MAX = 100;

const { folder, name } = words('folder', 'name');
const ledger = new LedgerClient(folder);
const zk = await connect();
const { readLock } = new ReadWriteLock(zk, '/locks/ledger', { identifier: name });

async function readEnd(token: bigint): Promise<Entry[]> {
  const { length } = await ledger.page(token, 0);
  const entries: Entry[] = [];
  let at = Math.max(0, length - ENTRIES_MAX);
  while (at < length) {
    const { page, length: lengthNow } = await ledger.page(token, at);
    if (lengthNow !== length) throw new Error('Somebody has written during the audit.');
    entries.push(...page);
    at += page.length;
    await pause(10);
  }
  return entries;
}

for (let audits = 1; ; audits++) {
  const { count, beside } = await readLock.run(async ({ fencingToken }) => {
    const [entries, contenders] = await Promise.all([readEnd(fencingToken), readLock.contenders()]);
    checkEntries(entries);
    // All readers in front of the first writer hold it together.
    const firstWriter = contenders.findIndex(({ identifier }) => identifier.startsWith('teller'));
    return {
      count: entries.length,
      beside: (firstWriter < 0 ? contenders.length : firstWriter) - 1,
    };
  });
  const status = `${audits} audits; the last of ${count} entries, beside ${beside} others`;
  await report({ status });
  await pause(300);
}
