/**
 * Hosts that are SRV records: looked up anew for each attempt, so that an ensemble may move. Those
 * of the lowest priority come first, drawn by weight; one that was tried is tried again only after
 * all the others, or once a connection stood.
 */
import { SRV_PORT } from '../connect-string.ts';
import type { Dial } from './connection.ts';

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface SrvDialOptions {
  readonly dial: Dial;
  readonly resolveSrv: (name: string) => Promise<SrvRecord[]>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Dials what is no SRV record as `dial` does. */
export function dialSrv({ dial, resolveSrv, random }: SrvDialOptions): Dial {
  const tried = new Set<string>();
  return (target, events) => {
    if (target.port !== SRV_PORT) return dial(target, events);
    let isCancelled = false;
    let attempt: { cancel(): void } | null = null;
    const go = async () => {
      const records = await resolveSrv(target.host);
      if (isCancelled) return;
      const record = pick(records, tried, random);
      if (record === undefined) return events.onFailed(`${target.host} has no SRV record`);
      const { name: host, port } = record;
      tried.add(key(record));
      attempt = dial(
        { ...target, host, port },
        {
          onConnected(connection) {
            tried.clear();
            events.onConnected(connection, { host, port });
          },
          onFailed: (reason) => events.onFailed(`${host}:${port}: ${reason}`),
        },
      );
    };
    go().catch((error: unknown) => {
      if (!isCancelled) events.onFailed(error instanceof Error ? error.message : String(error));
    });
    return {
      cancel() {
        isCancelled = true;
        attempt?.cancel();
      },
    };
  };
}

function key({ name, port }: SrvRecord): string {
  return `${name}:${port}`;
}

function pick(
  records: readonly SrvRecord[],
  tried: Set<string>,
  random: () => number,
): SrvRecord | undefined {
  if (records.every((record) => tried.has(key(record)))) tried.clear();
  const fresh = records.filter((record) => !tried.has(key(record)));
  const lowest = Math.min(...fresh.map(({ priority }) => priority));
  const group = fresh.filter(({ priority }) => priority === lowest);
  // Without weights all are alike.
  const weightOf = ({ weight }: SrvRecord) => weight + 1;
  let left = random() * group.reduce((sum, record) => sum + weightOf(record), 0);
  return group.find((record) => {
    left -= weightOf(record);
    return left < 0;
  });
}
