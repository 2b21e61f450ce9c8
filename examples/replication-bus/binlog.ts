/** The binary log of a MariaDB server, as its replicas get it: transactions, from a GTID on. */
import { randomInt } from 'node:crypto';
import ZongJi, { type AnyBinlogEvent } from '@vlasky/zongji';
import { onceThere } from '../frame/once-there.ts';
import { MARIADB_OPTIONS } from './databases.ts';
import { collectTransactions, EVENTS, type Transaction } from './transactions.ts';

export interface LogPlace {
  readonly socketPath: string;
  /** '' for the beginning. */
  readonly position: string;
}

/** With more of them waiting the server has to wait, too. */
const WAITING_MAX = 100;
/**
 * Each reading is that of another replica: for the same one the server first waits until the reading before
 * has ended, which is a minute if that one's process is paused. The first ids are servers'.
 */
const REPLICA_IDS = [1_000, 2 ** 32] as const;

/** What has come, as soon as something has; ends with the signal, throws when the log cannot be read. */
export async function* readBinlog(
  place: LogPlace,
  signal: AbortSignal,
): AsyncGenerator<Transaction[]> {
  let waiting: Transaction[] = [];
  let failure: Error | undefined;
  let wake = () => {};
  signal.addEventListener('abort', () => wake());
  const collect = collectTransactions((transaction) => {
    waiting.push(transaction);
    if (waiting.length >= WAITING_MAX) zongji.connection?.pause();
    wake();
  });
  const zongji = await onceThere(() => openLog(place, collect));
  zongji.on('error', (error) => {
    failure = error;
    wake();
  });
  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      if (waiting.length > 0) {
        const taken = waiting;
        waiting = [];
        zongji.connection?.resume();
        yield taken;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    zongji.stop();
  }
}

function openLog(
  { socketPath, position }: LogPlace,
  onEvent: (event: AnyBinlogEvent) => void,
): Promise<ZongJi> {
  return new Promise((resolve, reject) => {
    const zongji = new ZongJi({ ...MARIADB_OPTIONS, socketPath });
    zongji.on('binlog', onEvent);
    zongji.once('ready', () => resolve(zongji));
    zongji.on('error', reject);
    const serverId = randomInt(...REPLICA_IDS);
    zongji.start({ gtidSet: position, serverId, includeEvents: EVENTS });
  });
}
