/**
 * PacketTap: listens to one direction of a connection between two servers. Behind a SNAP packet lie
 * bytes without packets: there it stops, unless it is to wait for the snapshot's end.
 */
import { describeZxid } from '../../../base/zxid.ts';
import { QuorumPacketDecoder } from '../../../protocol/quorum-packet-decoder.ts';
import { QuorumPacketType, SNAPSHOT_SIGNATURE } from '../../../protocol/records/quorum.ts';

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
  readonly #waitsForEnd: boolean;
  #isInSnapshot = false;
  /** How much of the signature the last bytes are. */
  #matched = 0;

  constructor(onPacket: (packet: TappedPacket) => void, waitsForEnd = false) {
    this.#onPacket = onPacket;
    this.#waitsForEnd = waitsForEnd;
  }

  /** The bytes may change when this returns. */
  push(bytes: Uint8Array): void {
    const decoder = this.#decoder;
    const rest = this.#isInSnapshot ? this.#behindSnapshot(bytes) : bytes;
    if (rest === null) return;
    decoder.push(rest);
    while (decoder.next()) {
      const { type, zxid, data } = decoder;
      this.#onPacket({ type, zxid, data });
      if (type !== QuorumPacketType.SNAP) continue;
      this.#isInSnapshot = true;
      const raw = decoder.takeRaw();
      if (raw === null) return;
      decoder.consumeRaw(raw.end - raw.start);
      return this.push(raw.bytes.slice(raw.start, raw.end));
    }
  }

  /** Null while the snapshot goes on. The signature has its first letter once. */
  #behindSnapshot(bytes: Uint8Array): Uint8Array | null {
    if (!this.#waitsForEnd) return null;
    for (const [at, byte] of bytes.entries()) {
      if (byte !== SNAPSHOT_SIGNATURE.charCodeAt(this.#matched)) this.#matched = 0;
      if (byte === SNAPSHOT_SIGNATURE.charCodeAt(this.#matched)) this.#matched++;
      if (this.#matched < SNAPSHOT_SIGNATURE.length) continue;
      this.#matched = 0;
      this.#isInSnapshot = false;
      return bytes.slice(at + 1);
    }
    return null;
  }
}

export function describePacket({ type, zxid }: TappedPacket): string {
  return `${NAMES.get(type) ?? type} ${describeZxid(zxid)}`;
}
