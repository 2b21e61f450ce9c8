/**
 * What a part of an example has: its connection to the ensemble, and a way to say what it does. A
 * part ends when its stage does, however that ends: the channel between them closes. It does nothing
 * about a session that is over; it ends with the error, and the stage starts it again.
 */
import { retryForever, ZooKeeper, type ZooKeeperOptions } from 'zooid';

/** What a part tells its stage. */
export interface Report {
  /** What it does now; the view shows the last one. */
  readonly status?: string;
  /** What it has found out; the view shows the last ones above the parts. */
  readonly lines?: readonly string[];
  /** How much it has done in all of its lives, of what the example counts. */
  readonly count?: number;
  /** What is worth a line of its own. */
  readonly note?: string;
  /** What the example itself waits for. */
  readonly event?: string;
}

/** Short, so that the death of a part is seen soon; long enough for a machine that is busy. */
const SESSION_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 60_000;

if (process.send !== undefined) {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group: the stage decides what that means.
  process.on('SIGINT', () => {});
}

/** The words behind the part's program; throws when there are not as many. */
export function words<const Names extends readonly string[]>(
  ...names: Names
): { readonly [Name in Names[number]]: string } {
  const given = process.argv.slice(2);
  if (given.length !== names.length) throw new Error(`Give ${names.join(' ')}.`);
  const pairs = names.map((name, at) => [name, given[at] ?? '']);
  return Object.fromEntries(pairs) as { readonly [Name in Names[number]]: string };
}

/** A part that keeps what it knows beyond its session says so with `onExpired: 'renew'`. */
export function connect(options?: Pick<ZooKeeperOptions, 'onExpired'>): Promise<ZooKeeper> {
  return ZooKeeper.connect(process.env['ZOOID_CONNECT'] ?? '127.0.0.1:2181', {
    ...options,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    timeoutMs: CONNECT_TIMEOUT_MS,
    retry: retryForever({ delayMs: 100 }),
    reconnect: { maxMs: 500 },
  });
}

/** Resolves when the stage has it, as far as this process can tell. */
export function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve(console.log(message));
    else process.send(message, undefined, undefined, () => resolve());
  });
}
