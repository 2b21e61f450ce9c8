/**
 * X509Provider: the scheme `x509` (ZooKeeper's X509AuthenticationProvider). A client that speaks TLS
 * is whom its certificate names, from the handshake on and for the whole of the connection; there is
 * nothing that it could add by a packet. The handshake has checked the certificate.
 */
import type { X509Certificate } from 'node:crypto';
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { Id } from '../../protocol/records/acl.ts';
import { isDistinguishedName, subjectNameOf } from './distinguished-name.ts';

export class X509Provider implements AuthProvider {
  readonly scheme = 'x509';
  readonly isAuthenticated = true;
  readonly #superUser: string | null;

  /** `superUser`: the name of who may do everything; null for none. */
  constructor(superUser: string | null) {
    this.#superUser = superUser;
  }

  /** Null for one that nobody can be known by. */
  identify(certificate: X509Certificate): Id[] | null {
    const id = subjectNameOf(certificate.raw);
    if (id === null) return null;
    const own = { scheme: this.scheme, id };
    return id === this.#superUser ? [{ scheme: 'super', id }, own] : [own];
  }

  /** Compat: a client that asks for it gets what it has already, or is refused. */
  authenticate(_data: Uint8Array, { authIds }: { readonly authIds: readonly Id[] }): Id[] | null {
    const own = authIds.filter(({ scheme }) => scheme === this.scheme);
    return own.length === 0 ? null : own;
  }

  matches(id: string, aclId: string): boolean {
    return id === aclId || id === this.#superUser;
  }

  isValid(aclId: string): boolean {
    return isDistinguishedName(aclId);
  }

  userName(id: string): string {
    return id;
  }
}
