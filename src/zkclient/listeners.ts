/** What a ZkClient tells its subscribers, under ZkClient's own names (IZkDataListener and kin). */
import type { StateChange } from '../client/index.ts';

export interface ZkDataListener<T> {
  /** The node was made or its data changed; `data` is what it holds when it is read afterwards. */
  handleDataChange(dataPath: string, data: T): void | Promise<void>;
  handleDataDeleted(dataPath: string): void | Promise<void>;
}

/** `currentChildren` is null when the parent itself is gone. */
export type ZkChildListener = (
  parentPath: string,
  currentChildren: string[] | null,
) => void | Promise<void>;

export interface ZkStateListener {
  handleStateChanged(change: StateChange): void | Promise<void>;
  /** A new session after one that expired: what was ephemeral is gone and must be made again. */
  handleNewSession?(): void | Promise<void>;
}
