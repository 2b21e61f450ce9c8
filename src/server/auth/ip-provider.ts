/**
 * IpProvider: the scheme `ip` (ZooKeeper's IPAuthenticationProvider). Every connection has the id
 * of its address; an access list names an address or a prefix of one, `10.0.0.0/8`.
 *
 * Which texts are addresses is Java's rule, not the library's: `010.0.0.1` is 10.0.0.1 there and
 * 8.0.0.1 in others, and who may read a node must not depend on the server. Observed on Java 3.8.0
 * (IPv4 alone) and 3.9.5 (both families).
 */
import ipaddr from 'ipaddr.js';
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { Id } from '../../protocol/records/acl.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

/** Whoever sends many different ids must not fill the memory. */
const REMEMBERED_MAX = 1024;

export class IpProvider implements AuthProvider {
  readonly scheme = 'ip';
  readonly isAuthenticated = false;
  /** Access lists are few and looked at for each request. */
  readonly #prefixes = new Map<string, Prefix | null>();

  authenticate(_data: Uint8Array, connection: { readonly remoteAddress: string }): Id[] {
    return [{ scheme: this.scheme, id: connection.remoteAddress }];
  }

  matches(id: string, aclId: string): boolean {
    const prefix = this.#prefixOf(aclId);
    const address = parseAddress(id);
    if (prefix === null || address === null || address.kind() !== prefix.address.kind()) {
      return false;
    }
    return address.match(prefix.address, prefix.bits);
  }

  isValid(aclId: string): boolean {
    return this.#prefixOf(aclId) !== null;
  }

  userName(id: string): string {
    return id;
  }

  #prefixOf(aclId: string): Prefix | null {
    const known = this.#prefixes.get(aclId);
    if (known !== undefined) return known;
    const prefix = parsePrefix(aclId);
    if (this.#prefixes.size >= REMEMBERED_MAX) this.#prefixes.clear();
    this.#prefixes.set(aclId, prefix);
    return prefix;
  }
}

function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bitsMax = address.toByteArray().length * 8;
  if (slash < 0) return { address, bits: bitsMax };
  const bits = parseNumber(text.slice(slash + 1), bitsMax);
  return bits === null ? null : { address, bits };
}

function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers. Compat: leading zeros and a plus sign are taken. */
function parseIpv4(text: string): ipaddr.IPv4 | null {
  const octets = text.split('.').map((part) => parseNumber(part, 255));
  if (octets.length !== 4) return null;
  const numbers = octets.filter((octet) => octet !== null);
  return numbers.length === 4 ? new ipaddr.IPv4(numbers) : null;
}

/** Groups of one to four hex digits, one `::` at most; no IPv4 tail and no zone. */
function parseIpv6(text: string): ipaddr.IPv6 | null {
  if (!/^[0-9a-f:]+$/i.test(text) || /[0-9a-f]{5}/i.test(text)) return null;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}

function parseNumber(text: string, max: number): number | null {
  if (!/^\+?\d{1,10}$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}
