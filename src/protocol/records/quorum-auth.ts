/**
 * The packets by which a server authenticates to another one (ZooKeeper's QuorumAuthPacket), before
 * anything else on a connection to the quorum port, and behind the initial message on one to the
 * election port. They have no length in front.
 */
import { BinaryReader } from '../jute/binary-reader.ts';
import { BinaryWriter } from '../jute/binary-writer.ts';
import { JuteError } from '../jute/jute-error.ts';

/** What Java writes as -0xa0dbcafecafe1234: no other message begins so. */
const MAGIC = 0x5f2435013501edccn;
const HEADER_BYTES = 16;
/** Those of DIGEST-MD5 are of a few hundred bytes. */
const TOKEN_BYTES_MAX = 65_536;

export const QuorumAuthStatus = { IN_PROGRESS: 0, SUCCESS: 1, ERROR: -1 } as const;

export interface QuorumAuthPacket {
  readonly status: number;
  readonly token: Uint8Array | null;
}

export function encodeQuorumAuthPacket({ status, token }: QuorumAuthPacket): Uint8Array {
  const writer = new BinaryWriter();
  writer.long(MAGIC);
  writer.int(status);
  writer.buffer(token);
  return writer.take();
}

/** Whether the bytes begin with such a packet; null while they are too few to tell. */
export function isQuorumAuthPacket(bytes: Uint8Array): boolean | null {
  if (bytes.length < 8) return null;
  return new BinaryReader(bytes).long() === MAGIC;
}

/** The packet at the beginning and its length; null while it is not all there. */
export function readQuorumAuthPacket(
  bytes: Uint8Array,
): (QuorumAuthPacket & { readonly length: number }) | null {
  if (bytes.length < HEADER_BYTES) return null;
  const reader = new BinaryReader(bytes);
  if (reader.long() !== MAGIC) throw new JuteError('no packet of SASL');
  const status = reader.int();
  const tokenBytes = reader.int();
  if (tokenBytes > TOKEN_BYTES_MAX) throw new JuteError(`a token of ${tokenBytes} bytes`);
  const length = HEADER_BYTES + Math.max(0, tokenBytes);
  if (bytes.length < length) return null;
  return { status, token: tokenBytes < 0 ? null : bytes.slice(HEADER_BYTES, length), length };
}
