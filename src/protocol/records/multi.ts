/** The framing of multi and multiRead: items behind a header each, ended by a header that says so. */
import type { BinaryReader } from '../jute/binary-reader.ts';
import type { BinaryWriter } from '../jute/binary-writer.ts';
import { bool, type Infer, int, record } from '../jute/schema.ts';

export type MultiHeader = Infer<typeof MultiHeader>;
export const MultiHeader = record('MultiHeader', { type: int, done: bool, err: int });

/** Calls `item` for each header but the last, with the reader at that item's body. */
export function readMulti(reader: BinaryReader, item: (header: MultiHeader) => void): void {
  for (;;) {
    const header = MultiHeader.read(reader);
    if (header.done) return;
    item(header);
  }
}

export function writeMultiHeader(writer: BinaryWriter, type: number, err: number): void {
  writer.int(type);
  writer.bool(false);
  writer.int(err);
}

export function writeMultiEnd(writer: BinaryWriter): void {
  writer.int(-1);
  writer.bool(true);
  writer.int(-1);
}
