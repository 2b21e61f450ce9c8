/**
 * SaslProvider: the scheme `sasl` (ZooKeeper's SASLAuthenticationProvider). It says what an access
 * list means by a SASL user; who is one is found out by SASL itself, not by an auth packet.
 */
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { Id } from '../../protocol/records/acl.ts';

/** `service/host@REALM`, as far as Java's KerberosName looks at it. */
const PRINCIPAL = /^[^/@]*(\/[^/@]*)?@[^/@]*$/;

export class SaslProvider implements AuthProvider {
  readonly scheme = 'sasl';
  readonly isAuthenticated = true;
  readonly #anyUser: string | null;

  /** `anyUser`: in an access list, whoever is known by SASL (letAnySaslUserDoX); null for none. */
  constructor(anyUser: string | null) {
    this.#anyUser = anyUser;
  }

  authenticate(): Id[] | null {
    return null;
  }

  /** Compat: the user `super` falls under every id of this scheme. */
  matches(id: string, aclId: string): boolean {
    return id === 'super' || id === aclId || aclId === this.#anyUser;
  }

  isValid(aclId: string): boolean {
    return !aclId.includes('@') || PRINCIPAL.test(aclId);
  }

  userName(id: string): string {
    return id;
  }
}
