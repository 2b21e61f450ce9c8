/**
 * ContainerManager: removes containers that are no longer used and TTL nodes whose time is over
 * (ZooKeeper's class of the same name), at most so many a minute, spread evenly.
 */
import { baseName } from '../../base/path-rules.ts';
import { IntField, type NodeId, NumberField } from '../tree/node-store.ts';
import type { JudgedProcessor } from './judged-writes.ts';
import { deleteContainer } from './ops/delete.ts';
import type { RequestOptions } from './request-options.ts';
import type { ServerDatabase } from './server-database.ts';

const MINUTE_MS = 60_000;

export class ContainerManager {
  readonly #processor: JudgedProcessor;
  readonly #database: ServerDatabase;
  readonly #options: RequestOptions;
  #candidates: string[] = [];
  #nextCheckMs: number;
  #nextDeletionMs = 0;

  constructor(processor: JudgedProcessor, database: ServerDatabase, options: RequestOptions) {
    this.#processor = processor;
    this.#database = database;
    this.#options = options;
    this.#nextCheckMs = processor.now.monotonicMs + options.containerCheckIntervalMs;
  }

  tick(): void {
    const { monotonicMs } = this.#processor.now;
    if (monotonicMs >= this.#nextCheckMs) {
      this.#nextCheckMs = monotonicMs + this.#options.containerCheckIntervalMs;
      this.#candidates = this.#findCandidates();
      this.#nextDeletionMs = Math.max(this.#nextDeletionMs, monotonicMs);
    }
    const gapMs = MINUTE_MS / this.#options.containerMaxPerMinute;
    while (this.#candidates.length > 0 && this.#nextDeletionMs <= monotonicMs) {
      this.#nextDeletionMs += gapMs;
      this.#delete(this.#candidates.pop() ?? '');
    }
  }

  #findCandidates(): string[] {
    const { tree } = this.#database;
    const paths: string[] = [];
    for (const id of tree.containers()) if (this.#isUnused(id)) paths.push(tree.pathOf(id));
    for (const id of tree.ttlNodes()) if (this.#isOver(id)) paths.push(tree.pathOf(id));
    return paths.filter((path) => baseName(path) !== '');
  }

  /** It had children and has none, or never had any for too long. */
  #isUnused(id: NodeId): boolean {
    const { tree } = this.#database;
    if (tree.childCountOf(id) > 0) return false;
    if (tree.nodes.int(id, IntField.cversion) > 0) return true;
    const neverUsedMs = this.#options.containerMaxNeverUsedMs;
    return neverUsedMs !== 0 && this.#ageMs(id) > neverUsedMs;
  }

  #isOver(id: NodeId): boolean {
    const { tree } = this.#database;
    return tree.childCountOf(id) === 0 && this.#ageMs(id) > tree.ttlMs(id);
  }

  #ageMs(id: NodeId): number {
    return this.#processor.now.wallMs - this.#database.tree.nodes.number(id, NumberField.mtime);
  }

  /** Judged again in its turn: the node may have children by then, or be gone. */
  #delete(path: string): void {
    this.#processor.writes.submit({
      operation: deleteContainer,
      request: { path },
      sessionId: 0n,
      authIds: [],
      cxid: 0,
      connection: null,
    });
  }
}
