/**
 * The password of a session: 16 bytes that every server of an ensemble can compute from the
 * session id (ZooKeeper's generatePasswd: java.util.Random seeded with the id XOR a constant).
 * It is no secret; it keeps clients from mixing up sessions, not attackers out.
 */
import type { SessionId } from '../../base/session-id.ts';

const SUPER_SECRET = 0xb3415c00n;
const MULTIPLIER = 0x5deece66dn;
const ADDEND = 0xbn;
const MASK_48 = (1n << 48n) - 1n;

export const SESSION_PASSWORD_BYTES = 16;

export function sessionPassword(id: SessionId): Uint8Array {
  const password = new Uint8Array(SESSION_PASSWORD_BYTES);
  let seed = (BigInt.asUintN(64, id) ^ SUPER_SECRET ^ MULTIPLIER) & MASK_48;
  for (let at = 0; at < SESSION_PASSWORD_BYTES; at += 4) {
    seed = (seed * MULTIPLIER + ADDEND) & MASK_48;
    const word = Number(seed >> 16n);
    password[at] = word & 0xff;
    password[at + 1] = (word >>> 8) & 0xff;
    password[at + 2] = (word >>> 16) & 0xff;
    password[at + 3] = (word >>> 24) & 0xff;
  }
  return password;
}

export function isSessionPassword(id: SessionId, password: Uint8Array | null): boolean {
  if (id === 0n || password === null || password.length !== SESSION_PASSWORD_BYTES) return false;
  return sessionPassword(id).every((byte, at) => byte === password[at]);
}
