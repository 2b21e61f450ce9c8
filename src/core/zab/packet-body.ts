/** The data of a quorum packet as a record, and a record as the data of one. */
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { JuteType } from '../../protocol/jute/schema.ts';
import type { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';

/** One for all packets: a reader for each would cost more than the reading. */
const reader = new BinaryReader();

/**
 * At the packet's data, which ends where the reader does; null data reads as none. Good until the
 * next packet's is asked for.
 */
export function readerOf(packet: QuorumPacketDecoder): BinaryReader {
  return reader.reset(packet.bytes, packet.start, packet.end);
}

export function encoded<T>(type: JuteType<T>, value: T): Uint8Array {
  const writer = new BinaryWriter();
  type.write(writer, value);
  return writer.take();
}
