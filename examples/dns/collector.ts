/**
 * A collector: the one that leads asks all instances how they are, and writes what it has found out.
 * The states outlive it: when it dies, what it knew last counts until the next one has looked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isZooKeeperError } from 'zooid';
import { LeaderLatch } from 'zooid/recipes';
import { connect, report } from '../frame/part.ts';
import { Directory } from './directory.ts';
import { COLLECTORS, type Instance, STATES, type State, stateJson } from './layout.ts';

const EVERY_MS = 250;
const PATIENCE_MS = 1_000;
/** If it was done before the reply was lost, it has changed: that is fine here. */
const AGAIN = { retryUnknown: true };

const zk = await connect();
const directory = new Directory(zk);
await directory.start();

/** Undefined when it is well. */
async function findFault(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return isLate ? `no answer in ${PATIENCE_MS} ms` : 'no connection';
  }
}

async function check({ address, port, key, registered, state }: Instance): Promise<void> {
  const version = directory.stateVersions.get(key);
  const reason = await findFault(`http://${address}:${port}/health`);
  const next: State = { isHealthy: reason === undefined, reason: reason ?? 'well', registered };
  if (state?.reason !== next.reason) await write(key, next, version);
}

async function write(key: string, state: State, version: number | undefined): Promise<void> {
  const [path, data] = [`${STATES}/${key}`, stateJson.serialize(state)];
  await unlessChanged(() => {
    if (version === undefined) return zk.create(path, data, { createParents: true, ...AGAIN });
    return zk.setData(path, data, { version, ...AGAIN });
  });
}

async function removeOrphans(): Promise<void> {
  const registered = new Set(directory.instances.map(({ key }) => key));
  const orphans = [...directory.stateVersions].filter(([key]) => !registered.has(key));
  const deletions = orphans.map(([key, version]) => {
    return unlessChanged(() => zk.delete(`${STATES}/${key}`, { version, ...AGAIN }));
  });
  await Promise.all(deletions);
}

/** Only on top of what we knew when we asked: one that was paused overwrites nothing newer. */
async function unlessChanged(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    // The next round sees what it is now.
    if (!isZooKeeperError(error, 'NodeExists', 'BadVersion', 'NoNode')) throw error;
  }
}

const latch = new LeaderLatch(zk, COLLECTORS);
await latch.start();
for (;;) {
  if (!latch.hasLeadership) await report({ status: 'waits for the one that leads to end' });
  await latch.leadership();
  const { instances } = directory;
  await Promise.all(instances.map(check));
  await removeOrphans();
  await report({ status: `leads; has checked ${instances.length} instances` });
  await pause(EVERY_MS);
}
