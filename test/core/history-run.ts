/**
 * What the tests of PeerHistory share: one on a ToyDisk. Each txn makes one node, named for its
 * zxid, so that a tree tells which txns it has.
 */
import assert from 'node:assert/strict';
import { Prng } from '../../src/base/prng.ts';
import type { Zxid } from '../../src/base/zxid.ts';
import {
  type HistoryEvent,
  PeerHistory,
  type PeerHistoryOptions,
} from '../../src/core/peer-history.ts';
import type { ServerDatabase } from '../../src/core/requests/server-database.ts';
import { type Txn, type TxnOrigin, writeTxn } from '../../src/core/requests/txn.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { OPEN_ACL } from '../scenario/asks.ts';
import { serverOptions } from '../scenario/scenario-options.ts';
import { ToyDisk } from './storage/toy-disk.ts';

export const RECOVERY = {
  trustEmptySnapshot: false,
  dbAutocreate: true,
  hasSeparateLogDirectory: false,
};

export interface RunOptions extends Partial<Omit<PeerHistoryOptions, 'storage'>> {
  readonly storage?: Partial<PeerHistoryOptions['storage']>;
  readonly dbAutocreate?: boolean;
}

export function nodeOf(zxid: Zxid): string {
  return zxid.toString(16);
}

export function txnOf(zxid: Zxid, bytes = 20): { origin: TxnOrigin; txn: Txn } {
  const data = new Uint8Array(bytes).fill(zxid);
  const path = `/${nodeOf(zxid)}`;
  const body = { path, data, acl: OPEN_ACL, ephemeral: false, parentCVersion: -1 };
  const origin = { clientId: 5n, cxid: 1, zxid, time: 1000 };
  return { origin, txn: { type: OpCode.create, body } };
}

export function payloadOf(zxid: Zxid, bytes = 20): Uint8Array {
  const writer = new BinaryWriter();
  const { origin, txn } = txnOf(zxid, bytes);
  writeTxn(writer, origin, { txn, digest: null });
  return writer.take();
}

/** The txns that a tree has, in order. */
export function zxidsOf({ tree }: ServerDatabase): Zxid[] {
  return tree
    .childNames(tree.root)
    .filter((name) => name !== 'zookeeper')
    .map((name) => Number.parseInt(name, 16))
    .sort((a, b) => a - b);
}

/** first, first + 1, …, last. */
export function range(first: Zxid, last: Zxid): Zxid[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export function bootResult(disk: ToyDisk, { storage, dbAutocreate, ...rest }: RunOptions = {}) {
  const defaults = serverOptions();
  return PeerHistory.recover({
    options: { ...defaults, ...rest, storage: { ...defaults.storage, ...storage } },
    prng: new Prng(1),
    reader: disk,
    recovery: { ...RECOVERY, dbAutocreate: dbAutocreate ?? true },
  });
}

export class HistoryRun {
  readonly disk: ToyDisk;
  readonly history: PeerHistory;
  readonly events: HistoryEvent[] = [];
  readonly warnings: readonly string[];

  constructor(disk = new ToyDisk(), options: RunOptions = {}) {
    const result = bootResult(disk, options);
    if (!result.ok) assert.fail(`${result.file} at ${result.offset}: ${result.reason}`);
    this.disk = disk;
    this.history = result.history;
    this.warnings = result.warnings;
  }

  append(zxid: Zxid, bytes = 20): void {
    this.history.append(zxid, payloadOf(zxid, bytes));
  }

  commit(zxid: Zxid, bytes = 20): void {
    const { origin, txn } = txnOf(zxid, bytes);
    this.history.database.apply(origin, txn);
    this.history.committed(zxid, payloadOf(zxid, bytes));
  }

  /** Appends, waits for the disk, and commits. */
  write(...zxids: readonly Zxid[]): void {
    for (const zxid of zxids) {
      this.append(zxid);
      this.settle();
      this.commit(zxid);
    }
  }

  /** Starts what is wanted, and finishes one op: the first of a lane, or of any. */
  step(lane?: string): boolean {
    this.disk.start(this.history.takeDiskOps());
    const op = this.disk.pending.find((each) => lane === undefined || each.lane === lane);
    if (op === undefined) return false;
    this.events.push(...this.history.onDiskDone(this.disk.finish(op)));
    return true;
  }

  /** Until there is nothing left to do. */
  settle(): void {
    while (this.step());
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  zxids(): Zxid[] {
    return zxidsOf(this.history.database);
  }
}
