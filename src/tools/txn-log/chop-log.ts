/** A copy of a log up to a zxid (ZooKeeper's LogChopper). The log itself stays as it is. */
import { counterOf, epochOf, type Zxid } from '../../base/zxid.ts';
import { encodeLogHeader } from '../../core/storage/txn-log-format.ts';
import { makeFile, type NewFile } from '../files/new-file.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { describeHeader } from './dump-log.ts';
import type { RawLog } from './raw-log.ts';
import { readRecord } from './read-record.ts';

export async function chopLog(log: RawLog, zxid: Zxid, target: string): Promise<void> {
  const output = new TextOutput();
  try {
    output.line(describeHeader(log));
    await makeFile(target, (file) => copyUpTo(zxid, { log, file, output }));
  } finally {
    await output.drain();
  }
}

interface Chop {
  readonly log: RawLog;
  readonly file: NewFile;
  readonly output: TextOutput;
}

function copyUpTo(zxid: Zxid, { log, file, output }: Chop): void {
  const hex = zxid.toString(16);
  file.write(encodeLogHeader());
  let count = 0;
  let previous: Zxid = -1;
  for (let record = log.next(); record !== null; record = log.next()) {
    const { header } = readRecord(log, record);
    if (!record.isIntact) {
      const where = `${log.path}: txn 0x${header.zxid.toString(16)} at offset ${record.offset}`;
      throw new ToolError(`${where} has a wrong checksum: make a mended copy by -r first.`);
    }
    const gap = describeGap(previous, header.zxid);
    if (gap !== null) output.line(gap);
    if (header.zxid > zxid) {
      if (previous !== zxid) {
        throw new ToolError(`This log does not contain zxid ${hex}; ${log.path} is not chopped.`);
      }
      output.line(`Chopping at ${hex} new log has ${count} records`);
      return;
    }
    previous = header.zxid;
    file.write(record.bytes);
    count++;
  }
  output.line(`EOF reached after ${count} txns.`);
  throw new ToolError(`${log.path} has no txn after zxid ${hex}: there is nothing to chop.`);
}

function describeGap(previous: Zxid, zxid: Zxid): string | null {
  if (previous < 0 || zxid === previous + 1) return null;
  const between = `between ${previous.toString(16)} and ${zxid.toString(16)}`;
  if (epochOf(zxid) === epochOf(previous)) return `There is intra-epoch gap ${between}`;
  return counterOf(zxid) === 1 ? null : `There is inter-epoch gap ${between}`;
}
