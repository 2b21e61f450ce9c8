/**
 * The password of a session: 16 bytes that every server of an ensemble can compute from the
 * session id (ZooKeeper's generatePasswd: java.util.Random seeded with the id XOR a constant).
 * It is no secret; it keeps clients from mixing up sessions, not attackers out.
 */
import type { SessionId } from '../../base/session-id.ts';

const SUPER_SECRET = 0xb3415c00n;
/** The generator has 48 bits; they are kept in two halves, because bigints are slow and garbage. */
const HALF = 2 ** 24;
const MULTIPLIER = 0x5deece66d;
const MULTIPLIER_HIGH = Math.floor(MULTIPLIER / HALF);
const MULTIPLIER_LOW = MULTIPLIER % HALF;
const ADDEND = 0xb;

export const SESSION_PASSWORD_BYTES = 16;

export function sessionPassword(id: SessionId): Uint8Array {
  const password = new Uint8Array(SESSION_PASSWORD_BYTES);
  const seed = Number(BigInt.asUintN(48, id ^ SUPER_SECRET));
  let high = Math.floor(seed / HALF) ^ MULTIPLIER_HIGH;
  let low = (seed % HALF) ^ MULTIPLIER_LOW;
  for (let at = 0; at < SESSION_PASSWORD_BYTES; at += 4) {
    const product = low * MULTIPLIER_LOW + ADDEND;
    high = (high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH + Math.floor(product / HALF)) % HALF;
    low = product % HALF;
    // The upper 32 of the 48 bits.
    const word = (high << 8) | (low >>> 16);
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
