/** The data of a quorum packet as a record, and a record as the data of one. */
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { JuteType } from '../../protocol/jute/schema.ts';
import type { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';

/** At the packet's data, which ends where the reader does; null data reads as none. */
export function readerOf(packet: QuorumPacketDecoder): BinaryReader {
  return new BinaryReader(packet.bytes, packet.start, packet.end);
}

export function encoded<T>(type: JuteType<T>, value: T): Uint8Array {
  const writer = new BinaryWriter();
  type.write(writer, value);
  return writer.take();
}
