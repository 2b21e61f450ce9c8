/**
 * BackupRun: one or many passes over a data directory, each of which brings the backup up to what
 * the source has then. A pass copies only what is new: txns, record by record, and a snapshot where
 * a chain begins, or where reading the txns since the last would take longer.
 */
import { statSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Zxid } from '../../base/zxid.ts';
import { zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import { type DirectoryPaths, filePath } from '../../io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../io/disk/file-directory-reader.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { syncDirectory } from '../files/sync-directory.ts';
import { isSystemError } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';
import { copySnapshot } from './copy-snapshot.ts';
import { LogSegment } from './log-segment.ts';
import {
  type BackedUpSnapshot,
  type Chain,
  chainName,
  lastZxidOf,
  readManifest,
  versionDirectory,
  writeManifest,
} from './manifest.ts';
import { type Cursor, SourceLogs } from './source-logs.ts';

export interface PassResult {
  readonly chain: string;
  /** Where the backup ends now. */
  readonly zxid: Zxid;
  /** What this pass has brought. */
  readonly txns: number;
  readonly snapshots: number;
}

/** A purge of the source may be faster this often. */
const TRIES_MAX = 5;
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export class BackupRun {
  readonly #target: string;
  readonly #source: DirectoryPaths;
  #chains: readonly Chain[];
  #segment: LogSegment | null = null;
  /** The snapshot that was last found damaged: not to be copied at each pass, as it is. */
  #refused = '';
  readonly #warn: (warning: string) => void;
  /** The last chain is of another source, and goes on there. */
  #isOtherSource: boolean;

  constructor(target: string, source: DirectoryPaths, warn: (warning: string) => void) {
    this.#target = target;
    this.#source = source;
    this.#warn = warn;
    const manifest = readManifest(target);
    this.#chains = manifest?.chains ?? [];
    this.#isOtherSource = manifest !== null && manifest.source !== source.snapshot;
    this.#cutOff();
  }

  /** What was written and did not get into the manifest is copied again. */
  #cutOff(): void {
    const chain = this.#chains.at(-1);
    const log = chain?.logs.at(-1);
    if (chain === undefined || log === undefined) return;
    const path = join(versionDirectory(this.#target, chain), log.name);
    const { size } = statSync(path);
    if (size < log.bytes) {
      throw new ToolError(
        `${path} is damaged: it has ${size} of ${log.bytes} bytes; make a new backup elsewhere.`,
      );
    }
    if (size > log.bytes) truncateSync(path, log.bytes);
  }

  async pass(): Promise<PassResult> {
    const before = this.#chains;
    let txns = 0;
    if (this.#isOtherSource) await this.#beginChain();
    this.#isOtherSource = false;
    for (let tries = 1; ; tries++) {
      const chain = this.#chains.at(-1) ?? (await this.#beginChain());
      const copied = await this.#copyTxns(chain);
      txns += copied.txns;
      if (!copied.isLost) break;
      if (tries === TRIES_MAX) throw this.#tooFast();
      // Begun a moment ago, and overtaken by a purge.
      const isBegun = this.#chains.length > before.length;
      if (isBegun && copied.txns === 0) this.#chains = this.#chains.slice(0, -1);
      await this.#beginChain();
    }
    await this.#maybeCopySnapshot();
    if (this.#chains !== before) this.#writeManifest();
    const last = this.#lastChain();
    const snapshots = countSnapshots(this.#chains) - countSnapshots(before);
    return { chain: last.name, zxid: lastZxidOf(last), txns, snapshots };
  }

  close(): void {
    this.#endSegment();
  }

  #lastChain(): Chain {
    const chain = this.#chains.at(-1);
    if (chain === undefined) throw new Error('no chain was begun');
    return chain;
  }

  #tooFast(): ToolError {
    return new ToolError(
      `${this.#source.log}: the logs after the newest snapshot are missing, or are purged faster ` +
        'than they can be copied; keep more snapshots (autopurge.snapRetainCount).',
    );
  }

  #writeManifest(): void {
    const source = this.#source.snapshot;
    const updated = new Date().toISOString();
    writeManifest(this.#target, { source, updated, chains: this.#chains });
  }

  #endSegment(): void {
    this.#segment?.close();
    this.#segment = null;
  }

  // --- Txns -----------------------------------------------------------------------------------

  /** `isLost`: the chain cannot be continued. */
  async #copyTxns(chain: Chain): Promise<{ txns: number; isLost: boolean }> {
    const directory = versionDirectory(this.#target, chain);
    const isContinued = this.#segment !== null;
    let count = 0;
    const outcome = await new SourceLogs(this.#source).copy(cursorAfter(chain), (txn) => {
      this.#segment ??= new LogSegment(directory, txn.header.zxid);
      this.#segment.append(txn);
      count++;
    });
    if (count > 0 && this.#segment !== null) {
      const log = this.#segment.sync();
      syncDirectory(directory);
      const logs = isContinued ? chain.logs.slice(0, -1) : chain.logs;
      this.#replaceLast({ ...chain, logs: [...logs, log] });
      if (this.#segment.bytes >= SEGMENT_BYTES_MAX) this.#endSegment();
    }
    return { txns: count, isLost: outcome === 'lost' };
  }

  #replaceLast(chain: Chain): void {
    this.#chains = [...this.#chains.slice(0, -1), chain];
  }

  // --- Snapshots ------------------------------------------------------------------------------

  async #beginChain(): Promise<Chain> {
    this.#endSegment();
    const name = chainName(this.#chains.length + 1);
    const directory = versionDirectory(this.#target, { name });
    makeDirectory(directory);
    const snapshot = await this.#copyNewest(directory);
    for (const path of [directory, join(directory, '..'), this.#target]) syncDirectory(path);
    const chain = { name, snapshots: [snapshot], logs: [] };
    this.#chains = [...this.#chains, chain];
    return chain;
  }

  /** The newest that is whole. */
  async #copyNewest(directory: string): Promise<BackedUpSnapshot> {
    for (let tries = 1; ; tries++) {
      const names = this.#snapshotNames();
      for (const name of names) {
        const path = filePath(this.#source, 'snapshot', name);
        try {
          return await copySnapshot(path, directory);
        } catch (error) {
          if (error instanceof ToolError) this.#warn(`Not used: ${error.message}`);
          else if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
        }
      }
      if (names.length === 0 || tries === TRIES_MAX) {
        throw new ToolError(
          `${this.#source.snapshot} holds no whole snapshot; a server makes one when it starts.`,
        );
      }
    }
  }

  /** Newest first. */
  #snapshotNames(): string[] {
    const names = new FileDirectoryReader(this.#source).list('snapshot');
    const numbered = names.flatMap((name) => {
      const zxid = zxidOfSnapshotName(name);
      return zxid === null ? [] : [{ name, zxid }];
    });
    return numbered.sort((a, b) => b.zxid - a.zxid).map(({ name }) => name);
  }

  async #maybeCopySnapshot(): Promise<void> {
    const chain = this.#lastChain();
    const latest = chain.snapshots.at(-1);
    const [newest] = this.#snapshotNames();
    if (latest === undefined || newest === undefined) return;
    const zxid = zxidOfSnapshotName(newest) ?? -1;
    if (zxid <= latest.zxid || zxid > lastZxidOf(chain)) return;
    const logs = chain.logs.filter(({ lastZxid }) => lastZxid > latest.zxid);
    if (logs.reduce((sum, { bytes }) => sum + bytes, 0) < latest.bytes) return;
    const directory = versionDirectory(this.#target, chain);
    let file = '';
    try {
      const path = filePath(this.#source, 'snapshot', newest);
      const { size, mtimeMs } = statSync(path);
      file = `${newest} ${size} ${mtimeMs}`;
      if (file === this.#refused) return;
      const snapshot = await copySnapshot(path, directory);
      this.#replaceLast({ ...chain, snapshots: [...chain.snapshots, snapshot] });
    } catch (error) {
      // It is not needed, only handy: a later pass copies another.
      const isGone = isSystemError(error) && error.code === 'ENOENT';
      if (!isGone && !(error instanceof ToolError)) throw error;
      this.#refused = file;
      this.#warn(`${basename(newest)} is not copied: ${error.message}`);
    }
  }
}

function countSnapshots(chains: readonly Chain[]): number {
  return chains.reduce((sum, { snapshots }) => sum + snapshots.length, 0);
}

function cursorAfter(chain: Chain): Cursor {
  const zxid = lastZxidOf(chain);
  const log = chain.logs.at(-1);
  if (log === undefined) return { zxid, place: null };
  const { sourceFile, sourceOffset, sourceChecksum } = log;
  return { zxid, place: { file: sourceFile, offset: sourceOffset, checksum: sourceChecksum } };
}
