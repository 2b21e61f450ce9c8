/**
 * LogJournal: the txns that were written to the log since the last recovery, and how far they are
 * on stable storage now. It knows it from the disk alone; what the server believes is no evidence.
 */
import { assert } from '../../base/assert.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type LoggedTxn, readRecords } from './log-records.ts';
import type { SimDirectory } from './sim-directory.ts';
import type { SimFile } from './sim-file.ts';

interface JournalEntry {
  readonly logged: LoggedTxn;
  readonly directory: SimDirectory;
  readonly file: SimFile;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface LogWrite {
  readonly directory: SimDirectory;
  readonly file: SimFile;
  readonly name: string;
  readonly position: number;
  readonly bytes: Uint8Array;
}

export class LogJournal {
  #entries: JournalEntry[] = [];
  #stableCount = 0;
  #base = 0;
  /** Where the last recovery ended. */
  #settledThrough = 0;
  /** Up to here writes have ended, durable or not. */
  #writtenThrough = 0;
  readonly #createdBy = new Map<bigint, number>();

  get lastWritten(): number {
    return this.#entries.at(-1)?.logged.zxid ?? this.#base;
  }

  /** Every txn up to here would survive a power failure now. */
  stableThrough(): number {
    while (this.#stableCount < this.#entries.length) {
      const entry = this.#entries[this.#stableCount] as JournalEntry;
      if (!entry.directory.isStable(entry.name)) break;
      if (!entry.file.isStable(entry.start, entry.end)) break;
      this.#stableCount++;
    }
    return this.#entries[this.#stableCount - 1]?.logged.zxid ?? this.#base;
  }

  get writtenThrough(): number {
    return Math.max(this.#writtenThrough, this.#base);
  }

  begin(write: LogWrite): void {
    const { directory, file, name, position } = write;
    for (const { logged, start, end } of readRecords(write.bytes)) {
      assert(logged.zxid > this.lastWritten, `zxid ${logged.zxid} is written twice`);
      const place = { start: position + start, end: position + end };
      this.#entries.push({ logged, directory, file, name, ...place });
      if (logged.txn.type === OpCode.createSession) {
        this.#createdBy.set(logged.clientId, logged.zxid);
      }
    }
  }

  onWritten(bytes: Uint8Array): void {
    const last = readRecords(bytes).at(-1);
    if (last !== undefined) this.#writtenThrough = last.logged.zxid;
  }

  /** The log is cut off there: what lay behind is no more, and was meant to go. */
  onCut(file: SimFile, size: number): void {
    const isCut = (entry: JournalEntry) => entry.file === file && entry.end > size;
    if (!this.#entries.some(isCut)) return;
    const stable = this.#entries.slice(0, this.#stableCount);
    this.#stableCount = stable.filter((entry) => !isCut(entry)).length;
    this.#entries = this.#entries.filter((entry) => !isCut(entry));
    this.#writtenThrough = Math.min(this.#writtenThrough, this.lastWritten);
  }

  /** What comes behind this zxid is no more, and was meant to go. */
  cutTo(zxid: number): void {
    const stable = this.#entries.slice(0, this.#stableCount);
    this.#stableCount = stable.filter(({ logged }) => logged.zxid <= zxid).length;
    this.#entries = this.#entries.filter(({ logged }) => logged.zxid <= zxid);
    this.#base = Math.min(this.#base, zxid);
    this.#settledThrough = Math.min(this.#settledThrough, zxid);
    this.#writtenThrough = Math.min(this.#writtenThrough, this.lastWritten);
  }

  /** The history now ends at a snapshot that is on stable storage. */
  rebase(zxid: number): void {
    this.#entries = this.#entries.filter(({ logged }) => logged.zxid > zxid);
    this.#stableCount = 0;
    this.#base = zxid;
    this.#settledThrough = zxid;
    this.#writtenThrough = Math.max(zxid, this.lastWritten);
  }

  /** The txn that created the session, if it was ever seen to be written. */
  createdBy(session: bigint): number | undefined {
    return this.#createdBy.get(session);
  }

  /**
   * A recovery has ended at this zxid: the txns that it kept and no recovery before it did. The
   * later ones never were. What it read from the system's memory alone is not yet durable.
   */
  settle(through: number): LoggedTxn[] {
    const fresh = this.#entries
      .map(({ logged }) => logged)
      .filter(({ zxid }) => zxid > this.#settledThrough && zxid <= through);
    this.#settledThrough = through;
    this.#base = Math.min(this.stableThrough(), through);
    this.#entries = this.#entries
      .slice(this.#stableCount)
      .filter(({ logged }) => logged.zxid <= through);
    this.#stableCount = 0;
    this.#writtenThrough = through;
    return fresh;
  }
}
