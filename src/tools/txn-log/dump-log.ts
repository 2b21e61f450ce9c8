/** Shows every txn of a log, and says which have a wrong checksum. */
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { describeLoggedTxn } from './describe-txn.ts';
import { jsonOfTxn } from './json-txn.ts';
import type { RawLog, RawRecord } from './raw-log.ts';
import { type LoggedTxn, readRecord } from './read-record.ts';

export function describeHeader({ dbid, version }: RawLog): string {
  return `ZooKeeper Transactional Log File with dbid ${dbid} txnlog format version ${version}`;
}

function javaLines(log: RawLog, record: RawRecord): string {
  if (record.isIntact) return describeLoggedTxn(readRecord(log, record));
  const text = textOfDamaged(log, record, describeLoggedTxn);
  return `CRC ERROR - ${text}${text}`;
}

function jsonLine(log: RawLog, record: RawRecord): string {
  const describe = (logged: LoggedTxn) => `${jsonOfTxn(record, logged)}\n`;
  if (record.isIntact) return describe(readRecord(log, record));
  return textOfDamaged(log, record, describe);
}

/** What the damage has hit may no longer be a txn; then that is the text. */
function textOfDamaged(
  log: RawLog,
  record: RawRecord,
  describe: (logged: LoggedTxn) => string,
): string {
  try {
    return describe(readRecord(log, record));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return `${JSON.stringify({ offset: record.offset, crc: 'error', reason: error.message })}\n`;
  }
}

/** Throws when a checksum is wrong, once all is shown. */
export async function dumpLog(log: RawLog, { isJson }: { isJson: boolean }): Promise<void> {
  const output = new TextOutput();
  let count = 0;
  let faults = 0;
  try {
    if (!isJson) output.line(describeHeader(log));
    for (let record = log.next(); record !== null; record = log.next()) {
      output.write(isJson ? jsonLine(log, record) : javaLines(log, record));
      count++;
      if (!record.isIntact) faults++;
      if (output.isFull) await output.drain();
    }
    if (!isJson) output.line(`EOF reached after ${count} txns.`);
  } finally {
    await output.drain();
  }
  if (faults === 0) return;
  throw new ToolError(
    `${log.path}: ${faults} of ${count} txns have a wrong checksum; -r makes a mended copy.`,
  );
}
