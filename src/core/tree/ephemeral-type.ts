/**
 * EphemeralType: a node's kind, which ZooKeeper keeps inside the stored `ephemeralOwner`.
 * A TTL node's owner is 0xff, a 16-bit feature (0 = TTL) and 40 bits of milliseconds; with
 * `emulate353TTLNodes` the top bit and 60 bits of milliseconds, as release 3.5.3 wrote it.
 */
import type { SessionId } from '../../base/session-id.ts';

export type EphemeralType = 'void' | 'normal' | 'container' | 'ttl';

export const CONTAINER_OWNER: SessionId = -(2n ** 63n);
export const TTL_MS_MAX = 2 ** 40 - 1;

const EXTENDED_MARK = 0xffn;
const TTL_MASK = 2n ** 40n - 1n;
const EMULATED_353_MASK = 2n ** 60n - 1n;

export interface EphemeralTypeOptions {
  readonly extendedTypesEnabled: boolean;
  readonly emulate353TtlNodes: boolean;
}

export function ephemeralTypeOf(owner: SessionId, options: EphemeralTypeOptions): EphemeralType {
  if (owner === 0n) return 'void';
  if (owner === CONTAINER_OWNER) return 'container';
  if (options.extendedTypesEnabled) {
    if (options.emulate353TtlNodes) return owner < 0n ? 'ttl' : 'normal';
    if (BigInt.asUintN(64, owner) >> 56n === EXTENDED_MARK) return 'ttl';
  }
  return 'normal';
}

export function ttlOwner(ttlMs: number, options: EphemeralTypeOptions): SessionId {
  if (options.emulate353TtlNodes) return BigInt.asIntN(64, BigInt(ttlMs) | (1n << 63n));
  return BigInt.asIntN(64, (EXTENDED_MARK << 56n) | BigInt(ttlMs));
}

export function ttlMsOf(owner: SessionId, options: EphemeralTypeOptions): number {
  const unsigned = BigInt.asUintN(64, owner);
  return Number(unsigned & (options.emulate353TtlNodes ? EMULATED_353_MASK : TTL_MASK));
}
