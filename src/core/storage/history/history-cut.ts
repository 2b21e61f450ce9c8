/**
 * planCut: what has to be done on the disk so that the history ends at a zxid, or where there is no
 * such txn at the last one before it (ZooKeeper's FileTxnLog.truncate, for TRUNC). It may be broken off after any of the actions: what is left is
 * the history with the tail, or with part of it, and never with a hole.
 *
 * Java leaves snapshots that are newer, from which the txns come back at the next start; it cuts
 * the file first and removes the later ones then, so that a crash leaves a gap; it syncs neither.
 */
import { describeZxid, type Zxid } from '../../../base/zxid.ts';
import type { DirectoryReader, DiskAction } from '../disk.ts';
import { WATERMARK_NAME, zxidOfLogName, zxidOfSnapshotName } from '../file-names.ts';
import { TxnLogReader } from '../txn-log-reader.ts';
import { classifyTail } from '../txn-log-tail.ts';
import {
  decodeWatermark,
  encodeWatermark,
  WATERMARK_FILE_BYTES_MAX,
  type Watermark,
  watermarkPosition,
} from '../watermark.ts';

export interface HistoryCut {
  /** Removes the snapshots that are newer, durably; empty when there is none. */
  readonly snapshots: readonly DiskAction[];
  /** Lowers the watermark, then shortens the log from its end. To be done after each other. */
  readonly logs: readonly DiskAction[];
  /** Of the watermark as it is then. */
  readonly watermarkSequence: number;
  /** What is wrong with the log that would be cut; empty when it is whole. */
  readonly fault: string;
  /** Why the history cannot be made to end there; empty when it can. */
  readonly objection: string;
}

/** Where in the last log that has txns up to the zxid the ones to keep end. */
interface LogEnd {
  readonly name: string;
  readonly fileZxid: Zxid;
  readonly offset: number;
  /** The last one to keep. */
  readonly zxid: Zxid;
  readonly hasMore: boolean;
}

interface NumberedFile {
  readonly name: string;
  readonly zxid: Zxid;
}

/** To be called when no log file is open. May throw the system's error. */
export function planCut(reader: DirectoryReader, zxid: Zxid): HistoryCut {
  const logs = newestFirst(reader.list('log'), zxidOfLogName);
  const snapshots = newestFirst(reader.list('snapshot'), zxidOfSnapshotName);
  const { end, fault } = findEnd(reader, logs, zxid);
  const watermark = readWatermark(reader);
  const lowered = watermark !== null && watermark.zxid > zxid ? lower(watermark, zxid, end) : null;
  const actions: DiskAction[] = [];
  if (lowered !== null) actions.push(saveAction(lowered));
  for (const log of logs) {
    if (log.zxid <= zxid) break;
    // Each removal is durable before the next: the system may keep them in any order.
    actions.push({ kind: 'unlinkFile', directory: 'log', name: log.name });
    actions.push({ kind: 'syncDirectory', directory: 'log' });
  }
  if (end?.hasMore) {
    const { name, offset: size } = end;
    actions.push({ kind: 'truncateFile', directory: 'log', name, size });
  }
  const hasBase = snapshots.some((each) => each.zxid <= zxid);
  return {
    snapshots: removeNewer(snapshots, zxid),
    logs: actions,
    watermarkSequence: (lowered ?? watermark)?.sequence ?? 0,
    fault,
    objection: hasBase ? '' : objectionTo(zxid),
  };
}

function objectionTo(zxid: Zxid): string {
  const what = `the history cannot be cut after ${describeZxid(zxid)}: every snapshot is newer`;
  return `${what}; a member whose data is removed gets all of it from the leader`;
}

/**
 * The newest, which is what recovery begins with, goes alone and last: those before it may be of a
 * history that a received snapshot has replaced, and must not come up between.
 */
function removeNewer(snapshots: readonly NumberedFile[], zxid: Zxid): readonly DiskAction[] {
  const directory = 'snapshot';
  const [newest, ...others] = snapshots.filter((each) => each.zxid > zxid);
  if (newest === undefined) return [];
  const actions: DiskAction[] = others.map(({ name }) => ({ kind: 'unlinkFile', directory, name }));
  if (actions.length > 0) actions.push({ kind: 'syncDirectory', directory });
  actions.push({ kind: 'unlinkFile', directory, name: newest.name });
  actions.push({ kind: 'syncDirectory', directory });
  return actions;
}

function findEnd(
  reader: DirectoryReader,
  logs: readonly NumberedFile[],
  zxid: Zxid,
): { end: LogEnd | null; fault: string } {
  for (const { name, zxid: fileZxid } of logs) {
    if (fileZxid > zxid) continue;
    const log = new TxnLogReader(reader, name);
    let last = -1;
    let offset = 0;
    let hasMore = false;
    while (!hasMore && log.next()) {
      hasMore = log.zxid > zxid;
      if (hasMore) continue;
      last = log.zxid;
      offset = log.position;
    }
    const fault = damageOf(reader, log);
    if (fault !== '') return { end: null, fault };
    if (last >= 0) return { end: { name, fileZxid, offset, zxid: last, hasMore }, fault: '' };
  }
  return { end: null, fault: '' };
}

/** What stops the log where it should not end; empty when it ends as logs do. */
function damageOf(reader: DirectoryReader, { name, size, stop }: TxnLogReader): string {
  if (stop === null || stop.reason === '') return '';
  const tail = classifyTail({ reader, name, size, stop, syncedTo: null });
  return tail.kind === 'damage' ? `${name}: at ${tail.offset}: ${tail.reason}` : '';
}

/** What is left is vouched for; without a log that has any of it, nothing is. */
function lower({ sequence }: Watermark, zxid: Zxid, end: LogEnd | null): Watermark {
  if (end === null) return { sequence: sequence + 1, fileZxid: zxid, offset: 0, zxid: 0 };
  return {
    sequence: sequence + 1,
    fileZxid: end.fileZxid,
    offset: end.offset,
    zxid: end.zxid,
  };
}

export function saveAction(watermark: Watermark): DiskAction {
  const position = watermarkPosition(watermark);
  const bytes = encodeWatermark(watermark);
  const name = WATERMARK_NAME;
  return { kind: 'patchFile', directory: 'log', name, position, bytes, sync: true };
}

function readWatermark(reader: DirectoryReader): Watermark | null {
  if (!reader.list('log').includes(WATERMARK_NAME)) return null;
  const into = new Uint8Array(WATERMARK_FILE_BYTES_MAX);
  const count = reader.read('log', WATERMARK_NAME, { position: 0, into });
  return decodeWatermark(into.subarray(0, count));
}

function newestFirst(
  names: readonly string[],
  zxidOf: (name: string) => Zxid | null,
): NumberedFile[] {
  const files: NumberedFile[] = [];
  for (const name of names) {
    const zxid = zxidOf(name);
    if (zxid !== null) files.push({ name, zxid });
  }
  return files.sort((a, b) => b.zxid - a.zxid);
}
