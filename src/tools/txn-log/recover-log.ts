/**
 * A copy of a log in which wrong checksums are right: for a log on which a server does not start,
 * once a person has looked at what the damaged txns say. The log itself stays as it is.
 */
import { createInterface } from 'node:readline';
import { ToolExit } from '../../base/tool-exit.ts';
import { encodeLogHeader } from '../../core/storage/txn-log-format.ts';
import { makeFile, type NewFile } from '../files/new-file.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { describeLoggedTxn } from './describe-txn.ts';
import { describeHeader } from './dump-log.ts';
import type { RawLog, RawRecord } from './raw-log.ts';
import { readRecord } from './read-record.ts';

export interface RecoverOptions {
  /** The copy. */
  readonly target: string;
  /** Show all txns, not only those that are mended. */
  readonly isVerbose: boolean;
  /** Mend all without asking. */
  readonly isYes: boolean;
}

interface Recovery {
  readonly log: RawLog;
  readonly file: NewFile;
  readonly output: TextOutput;
  readonly options: RecoverOptions;
  /** Whether to mend the txn that was shown. */
  readonly decide: () => Promise<boolean>;
}

export async function recoverLog(log: RawLog, options: RecoverOptions): Promise<void> {
  const { target, isYes } = options;
  const output = new TextOutput();
  const input = isYes ? null : createInterface({ input: process.stdin });
  const lines = input?.[Symbol.asyncIterator]();
  const nextLine = async () => (await lines?.next())?.value;
  const decide = async () => isYes || (await askForFix(output, nextLine));
  try {
    const fixed = await makeFile(target, (file) =>
      copyRecords({ log, file, output, options, decide }),
    );
    output.line(`Recovery file ${target} has been written with ${fixed} fixed CRC error(s)`);
  } finally {
    input?.close();
    await output.drain();
  }
}

/** How many were mended. */
async function copyRecords(recovery: Recovery): Promise<number> {
  const { log, file, output, options, decide } = recovery;
  output.line(describeHeader(log));
  file.write(encodeLogHeader());
  let count = 0;
  let fixed = 0;
  for (let record = log.next(); record !== null; record = log.next()) {
    const text = describeLoggedTxn(readRecord(log, record));
    if (!record.isIntact) output.write(`CRC ${options.isYes ? 'FIXED' : 'ERROR'} - ${text}`);
    const isFixed = !record.isIntact && (await decide());
    if (isFixed) fixed++;
    if (options.isVerbose) output.write(text);
    file.write(isFixed ? mended(record) : record.bytes);
    count++;
    if (output.isFull) await output.drain();
  }
  output.line(`EOF reached after ${count} txns.`);
  return fixed;
}

function mended({ bytes, checksum }: RawRecord): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  view.setUint32(0, 0);
  view.setUint32(4, checksum);
  return copy;
}

/** Asks until there is an answer; the end of the input is the answer to abort. */
async function askForFix(
  output: TextOutput,
  nextLine: () => Promise<string | undefined>,
): Promise<boolean> {
  for (;;) {
    output.write('Would you like to fix it (Yes/No/Abort) ? ');
    await output.drain();
    const line = await nextLine();
    const answer = line === undefined ? 'A' : line.trim().charAt(0).toUpperCase();
    if (answer === 'Y') return true;
    if (answer === 'N') return false;
    if (answer === 'A') throw new ToolError('Recovery aborted.', ToolExit.done);
  }
}
