/**
 * SessionId: 64 bits, the server id in the top byte, so a number cannot hold it. Signed, as on
 * the wire.
 */
export type SessionId = bigint;

export const SESSION_ID_NONE: SessionId = 0n;

/** As ZooKeeper prints it: `0x` and lower-case hex of the unsigned value. */
export function describeSessionId(id: SessionId): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}
