/**
 * multi and multiRead: many operations in one request. A failed multi has one error for each of its
 * operations: 0 before the one that failed, its code, and RuntimeInconsistency behind it.
 */
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { readMulti, writeMultiEnd, writeMultiHeader } from '../../protocol/records/multi.ts';
import { readStat, type Stat } from './client-stat.ts';
import type { AnyOperation, Operation } from './operation.ts';
import {
  readCreated,
  readNodeData,
  readNothing,
  readText,
  readTexts,
  type VersionArgs,
  writePathVersion,
} from './operations.ts';

export interface MultiItem {
  readonly operation: AnyOperation;
  readonly args: unknown;
}

export type MultiItemResult =
  | { readonly err: 0; readonly value: unknown }
  | { readonly err: number; readonly value: undefined };

export interface MultiArgs {
  readonly items: readonly MultiItem[];
}

/** Only within a multi: answered alone, it would never be (Java forgets to). */
export const check: Operation<VersionArgs, undefined> = {
  ...{ name: 'multi', opCode: OpCode.check, isRead: true },
  write: writePathVersion,
  read: readNothing,
};

/** By the type in a result's header, which need not be the one that was asked. */
const RESULT_READERS = new Map<number, (reader: BinaryReader) => unknown>([
  [OpCode.create, readText],
  [OpCode.create2, readCreated],
  [OpCode.delete, readNothing],
  [OpCode.setData, readStat satisfies (reader: BinaryReader) => Stat],
  [OpCode.check, readNothing],
  [OpCode.getData, readNodeData],
  [OpCode.getChildren, readTexts],
]);

function writeItems(writer: BinaryWriter, { items }: MultiArgs): void {
  for (const { operation, args } of items) {
    writeMultiHeader(writer, operation.opCode, -1);
    operation.write(writer, args);
  }
  writeMultiEnd(writer);
}

function readItems(reader: BinaryReader): MultiItemResult[] {
  const results: MultiItemResult[] = [];
  readMulti(reader, ({ type }) => {
    if (type === OpCode.error) {
      results.push({ err: reader.int(), value: undefined });
      return;
    }
    const read = RESULT_READERS.get(type);
    if (read === undefined) throw new JuteError(`a multi result of type ${type}`);
    results.push({ err: 0, value: read(reader) });
  });
  return results;
}

export const multi: Operation<MultiArgs, MultiItemResult[]> = {
  ...{ name: 'multi', opCode: OpCode.multi, isRead: false },
  write: writeItems,
  read: readItems,
};

export const multiRead: Operation<MultiArgs, MultiItemResult[]> = {
  ...{ name: 'multiRead', opCode: OpCode.multiRead, isRead: true },
  write: writeItems,
  read: readItems,
};
