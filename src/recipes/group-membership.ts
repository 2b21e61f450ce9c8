/**
 * GroupMembership: who is there. Each member is an ephemeral node with its data.
 *
 * Guarantees: a member that left or whose session ended is gone from every list within the session
 * time-out; a list is a copy and always a little old.
 * On connection loss: a member stays in the others' lists as long as its session lives.
 * On expiry: it is gone, and joins again in the new session (`onExpired: 'renew'`).
 * Layout:
 *   <group>            persistent, made when missing
 *     └── <member id>  ephemeral, data of the member's choice
 */
import type { Data, ZooKeeper } from '../client/index.ts';
import type { CacheOptions } from './cache-base.ts';
import {
  ChildrenCache,
  type ChildrenCacheEvent,
  type ChildrenCacheOptions,
} from './children-cache.ts';
import { PersistentEphemeralNode } from './persistent-ephemeral-node.ts';
import { type OptionsToRead, serializerOf } from './reading-options.ts';

export interface Membership extends AsyncDisposable {
  /** Told to the others. */
  setData(data: Data): Promise<void>;
  /** Deletes the member's node. */
  leave(): Promise<void>;
}

export class GroupMembership<T = Uint8Array> implements AsyncDisposable {
  readonly #zk: ZooKeeper;
  readonly #group: string;
  readonly #options: CacheOptions;
  readonly #members: ChildrenCache<T>;

  constructor(
    zk: ZooKeeper,
    group: string,
    ...[options = {}]: OptionsToRead<T, ChildrenCacheOptions<T>>
  ) {
    this.#zk = zk;
    this.#group = group;
    this.#options = options;
    this.#members = new ChildrenCache<T>(zk, group, {
      ...options,
      serializer: serializerOf(options),
    });
  }

  /** Begins to follow who is there; resolves when the first list is known. */
  async watchMembers(): Promise<void> {
    await this.#zk.ensurePath(this.#group);
    await this.#members.start();
  }

  /** Member id → data, after `watchMembers`. */
  get members(): ReadonlyMap<string, T> {
    return new Map([...this.#members.children].map(([id, { data }]) => [id, data]));
  }

  /** Told after each change of the list. Returns what ends that. */
  onChange(listener: (event: ChildrenCacheEvent<T>) => void): () => void {
    return this.#members.onChange(listener);
  }

  /** Resolves when the member is in the list. An id that another session has waits for its end. */
  async join(memberId: string, data: Data = ''): Promise<Membership> {
    const node = new PersistentEphemeralNode(this.#zk, `${this.#group}/${memberId}`, {
      ...this.#options,
      data,
    });
    await node.start();
    const leave = (): Promise<void> => node.close();
    return { setData: (next) => node.setData(next), leave, [Symbol.asyncDispose]: leave };
  }

  /** Ends following; members that joined stay. */
  close(): Promise<void> {
    return this.#members.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
