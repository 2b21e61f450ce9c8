/** Writes of one client, and what the tree was after each of them. */
import assert from 'node:assert/strict';
import { Prng } from '../../../src/base/prng.ts';
import type { ZooKeeper } from '../../../src/client/index.ts';
import { loadSnapshot } from '../../../src/tools/snapshot/load-snapshot.ts';
import { walkTree } from '../../../src/tools/snapshot/walk-tree.ts';

export interface NodeState {
  readonly data: string;
  readonly version: number;
  readonly czxid: number;
  readonly mzxid: number;
}

export type State = ReadonlyMap<string, NodeState>;

/** Writes, and keeps what the tree is after each of them. */
export class RecordedHistory {
  readonly #zk: ZooKeeper;
  readonly #prng = new Prng(7);
  readonly #states = new Map<number, State>();
  #state: State = new Map();
  #zxid: number;
  #made = 0;

  constructor(zk: ZooKeeper, zxid: number) {
    this.#zk = zk;
    this.#zxid = zxid;
    this.#states.set(zxid, this.#state);
  }

  get zxid(): number {
    return this.#zxid;
  }

  at(zxid: number): State {
    return this.#states.get(zxid) ?? assert.fail(`no write had zxid ${zxid}`);
  }

  /** As many writes, one after the other in the server, none waiting for the one before. */
  async write(count: number): Promise<void> {
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) answers.push(this.#writeOne());
    await Promise.all(answers);
  }

  #writeOne(): Promise<unknown> {
    const zxid = ++this.#zxid;
    const state = new Map(this.#state);
    this.#state = state;
    this.#states.set(zxid, state);
    const paths = [...state.keys()];
    const path = paths[this.#prng.below(paths.length || 1)];
    const data = `${zxid}-${'x'.repeat(this.#prng.below(60))}`;
    const choice = this.#prng.below(10);
    if (path === undefined || choice < 3) {
      const created = `/node-${this.#made++}`;
      state.set(created, { data, version: 0, czxid: zxid, mzxid: zxid });
      return this.#zk.create(created, data);
    }
    const before = state.get(path) ?? assert.fail();
    if (choice < 5) {
      state.delete(path);
      return this.#zk.delete(path);
    }
    state.set(path, { ...before, data, version: before.version + 1, mzxid: zxid });
    return this.#zk.setData(path, data).then(({ mzxid }) => assert.equal(Number(mzxid), zxid));
  }
}

export function stateOfSnapshot(path: string): State {
  const { tree } = loadSnapshot(path).database;
  const state = new Map<string, NodeState>();
  for (const node of walkTree(tree, tree.root)) {
    if (node.path === '/' || node.path.startsWith('/zookeeper')) continue;
    const { version, czxid, mzxid } = tree.persistedStat(node.id);
    const data = Buffer.from(tree.dataOf(node.id) ?? []).toString();
    state.set(node.path, { data, version, czxid, mzxid });
  }
  return state;
}
