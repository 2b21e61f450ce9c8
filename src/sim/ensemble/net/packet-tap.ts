/**
 * PacketTap: listens to one direction of a connection between two servers. Behind a SNAP packet lie
 * bytes without packets: there it stops.
 */
import { describeZxid } from '../../../base/zxid.ts';
import { QuorumPacketDecoder } from '../../../protocol/quorum-packet-decoder.ts';
import { QuorumPacketType } from '../../../protocol/records/quorum.ts';

export interface TappedPacket {
  readonly type: number;
  readonly zxid: number;
  readonly data: Uint8Array | null;
}

const PACKET_BYTES_MAX = 16_777_216;
const NAMES = new Map<number, string>(
  Object.entries(QuorumPacketType).map(([name, type]) => [type, name]),
);

export class PacketTap {
  readonly #decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
  readonly #onPacket: (packet: TappedPacket) => void;
  #isDeaf = false;

  constructor(onPacket: (packet: TappedPacket) => void) {
    this.#onPacket = onPacket;
  }

  /** The bytes may change when this returns. */
  push(bytes: Uint8Array): void {
    const decoder = this.#decoder;
    if (this.#isDeaf) return;
    decoder.push(bytes);
    while (decoder.next()) {
      const { type, zxid, data } = decoder;
      this.#onPacket({ type, zxid, data });
      this.#isDeaf = type === QuorumPacketType.SNAP;
      if (this.#isDeaf) return;
    }
  }
}

export function describePacket({ type, zxid }: TappedPacket): string {
  return `${NAMES.get(type) ?? type} ${describeZxid(zxid)}`;
}
