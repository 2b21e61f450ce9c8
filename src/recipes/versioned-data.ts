/**
 * Data that many change: read with its version, written only if it is still that version. What
 * counters, generators and states share.
 */
import {
  type Acl,
  type Data,
  isZooKeeperError,
  type Stat,
  type ZooKeeper,
} from '../client/index.ts';
import { RIDE_OUT } from './waiting.ts';

/** The version of a node that does not exist: to write with it creates the node. */
export const NO_VERSION = -1;

export interface VersionedData {
  /** Empty if there is no node. */
  readonly data: Uint8Array;
  readonly version: number;
  /** 0n if there is no node. */
  readonly mzxid: bigint;
}

export async function readVersioned(
  zk: ZooKeeper,
  path: string,
  signal?: AbortSignal,
): Promise<VersionedData> {
  try {
    const { data, stat } = await zk.getData(path, { signal, retry: RIDE_OUT });
    return { data, version: stat.version, mzxid: stat.mzxid };
  } catch (error) {
    if (isZooKeeperError(error, 'NoNode')) return MISSING;
    throw error;
  }
}

const MISSING: VersionedData = { data: new Uint8Array(), version: NO_VERSION, mzxid: 0n };

export interface CompareAndSet {
  readonly expected: Pick<VersionedData, 'version'>;
  readonly data: Data;
  readonly acl?: readonly Acl[] | undefined;
  /** An abort leaves it open whether the write happens. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes if the version is the expected one; undefined if it is not. When the reply was lost and
 * the node has another version by now, nobody can tell whose write that was: the error is thrown
 * then, its `outcome` is 'unknown'. If the version is still the old one, it is written again.
 */
export async function compareAndSetData(
  zk: ZooKeeper,
  path: string,
  change: CompareAndSet,
): Promise<{ readonly version: number } | undefined> {
  for (;;) {
    try {
      return await write(zk, path, change);
    } catch (error) {
      if (isZooKeeperError(error, 'BadVersion', 'NodeExists', 'NoNode')) return undefined;
      if (!isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) throw error;
      // `sync` goes behind the lost write on its way through the leader.
      await zk.sync(path, { signal: change.signal, retry: RIDE_OUT });
      const { version } = await readVersioned(zk, path, change.signal);
      if (version !== change.expected.version) throw error;
    }
  }
}

async function write(
  zk: ZooKeeper,
  path: string,
  { expected: { version }, data, acl, signal }: CompareAndSet,
): Promise<Pick<Stat, 'version'>> {
  if (version !== NO_VERSION) return zk.setData(path, data, { version, signal, retry: RIDE_OUT });
  await zk.create(path, data, { createParents: true, acl, signal, retry: RIDE_OUT });
  return { version: 0 };
}
