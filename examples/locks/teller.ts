/**
 * A teller: reads the last entry of the ledger and writes the next one, alone. One that is told to
 * dozes off every so often, at the worst moment: when it has just made sure that it holds the lock. It stops itself (SIGSTOP)
 * and knows nothing of it; when it goes on, others have had the lock.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type HeldLock, ReadWriteLock } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { FencedError, LedgerClient } from './ledger-access.ts';

const { folder, name, dozeEvery } = words('folder', 'name', 'dozeEvery');
const ledger = new LedgerClient(folder);
const zk = await connect();
const { writeLock } = new ReadWriteLock(zk, '/locks/ledger', { identifier: name });
let entriesMade = 0;
let turns = 0;

async function makeEntry({ fencingToken, signal }: HeldLock): Promise<void> {
  const head = await ledger.head(fencingToken);
  const amount = 1 + Math.floor(Math.random() * 100);
  const number = (head?.number ?? 0) + 1;
  signal.throwIfAborted();
  if (++turns % Number(dozeEvery) === 0) await doze(fencingToken);
  await ledger.append(fencingToken, {
    number,
    amount,
    balance: (head?.balance ?? 0) + amount,
    by: name,
  });
  entriesMade++;
}

async function doze(token: bigint): Promise<void> {
  const note = `holds the lock with token ${token}, and dozes off.`;
  await report({ event: 'dozing', status: `dozing, token ${token}`, note });
  process.kill(process.pid, 'SIGSTOP');
}

for (;;) {
  const askedMs = performance.now();
  const held = await writeLock.acquire();
  const waitedMs = performance.now() - askedMs;
  try {
    await makeEntry(held);
  } catch (error) {
    if (error instanceof FencedError) await report({ event: 'fenced', note: error.message });
    throw error; // Whatever it was, it begins anew, with nothing that it believes.
  }
  await held.release();
  const status = `${entriesMade} entries; token ${held.fencingToken} after ${waitedMs.toFixed(0)} ms`;
  await report({ status });
  await pause(20);
}
