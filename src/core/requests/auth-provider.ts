/**
 * Authentication schemes (ZooKeeper's AuthenticationProvider) and the rules made of them: who may
 * do what (checkACL) and which ACLs may be set (fixupACL).
 *
 * A provider is given from outside: hashing and address parsing are not the core's business.
 * `world` and `auth` are no providers: they are part of the rules.
 */
import { ErrorCode } from '../../protocol/error-code.ts';
import type { Acl, AclList, Id } from '../../protocol/records/acl.ts';

/** Of whom an auth packet comes. */
export interface AuthConnection {
  readonly remoteAddress: string;
  /** Who it is already. */
  readonly authIds: readonly Id[];
}

export interface AuthProvider {
  readonly scheme: string;
  /** True for schemes whose ids prove who somebody is: only they stand behind `auth`. */
  readonly isAuthenticated: boolean;
  /** The ids that this auth packet earns; null when it is refused. */
  authenticate(data: Uint8Array, connection: AuthConnection): Id[] | null;
  /** Does a connection's id fall under an ACL's? */
  matches(id: string, aclId: string): boolean;
  /** May this id stand in an ACL? */
  isValid(aclId: string): boolean;
  /** What whoAmI and the audit log show. */
  userName(id: string): string;
}

/** What a SASL negotiation says to the client. */
export interface SaslAnswer {
  readonly token: Uint8Array | null;
  /** What the client has earned, when it has proved who it is. */
  readonly ids: readonly Id[];
}

/** SASL with one connection, by somebody who has the passwords and the chance that core has not. */
export interface SaslNegotiation {
  /** Null when the client failed. The bytes are good only until this returns. */
  next(token: Uint8Array): SaslAnswer | null;
}

export type StartSasl = (remote: { readonly address: string }) => SaslNegotiation;

/**
 * More than a request of 1 MiB can name one by one. Only `auth` gets beyond it, with every identity
 * of the connection for every entry: enough to fill the memory.
 */
const ACL_ENTRIES_MAX = 65_536;

export interface AccessOptions {
  readonly skipAcl: boolean;
  /** Absent or null: there is no SASL here. */
  readonly startSasl?: StartSasl | null;
}

export class AccessRules {
  readonly #providers: ReadonlyMap<string, AuthProvider>;
  readonly #skipAcl: boolean;
  readonly startSasl: StartSasl | null;

  constructor(providers: readonly AuthProvider[], options: AccessOptions) {
    this.startSasl = options.startSasl ?? null;
    this.#providers = new Map(providers.map((provider) => [provider.scheme, provider]));
    this.#skipAcl = options.skipAcl;
  }

  provider(scheme: string | null): AuthProvider | undefined {
    return this.#providers.get(scheme ?? '');
  }

  /** May somebody with these ids do any of `perms` under this ACL? */
  isAllowed(acl: AclList, perms: number, ids: readonly Id[]): boolean {
    if (this.#skipAcl || acl.length === 0) return true;
    if (ids.some((id) => id.scheme === 'super')) return true;
    return acl.some((entry) => (entry.perms & perms) !== 0 && this.#falls(entry, ids));
  }

  #falls({ id: { scheme, id } }: Acl, ids: readonly Id[]): boolean {
    if (scheme === 'world' && id === 'anyone') return true;
    const provider = this.provider(scheme);
    if (!provider) return false;
    return ids.some((own) => own.scheme === scheme && provider.matches(own.id ?? '', id ?? ''));
  }

  /** The list as it is stored, without repetitions and with `auth` replaced, or an error. */
  fixup(acl: AclList | null, ids: readonly Id[]): AclList | ErrorCode {
    if (this.#skipAcl) return acl ?? [];
    if (acl === null || acl.length === 0) return ErrorCode.InvalidAcl;
    if (acl.length === 1 && isAnyone(acl[0])) return acl;
    const fixed: Acl[] = [];
    for (const entry of distinct(acl)) {
      const { scheme, id } = entry.id;
      if (scheme === 'world' && id === 'anyone') {
        fixed.push(entry);
      } else if (scheme === 'auth') {
        const own = ids.filter((each) => this.provider(each.scheme)?.isAuthenticated);
        if (own.length === 0) return ErrorCode.InvalidAcl;
        if (fixed.length + own.length > ACL_ENTRIES_MAX) return ErrorCode.InvalidAcl;
        for (const id of own) fixed.push({ perms: entry.perms, id });
      } else {
        const provider = this.provider(scheme);
        // Compat: Java fails on a null id before it can say that the ACL is invalid.
        if (id === null && (provider || scheme === 'world')) return ErrorCode.MarshallingError;
        if (!provider?.isValid(id ?? '')) return ErrorCode.InvalidAcl;
        fixed.push(entry);
      }
    }
    return fixed;
  }

  userNames(ids: readonly Id[]): { authScheme: string | null; user: string }[] {
    return ids.map(({ scheme, id }) => ({
      authScheme: scheme,
      user: this.provider(scheme)?.userName(id ?? '') ?? '',
    }));
  }
}

function isAnyone(entry: Acl | undefined): boolean {
  return entry?.id.scheme === 'world' && entry.id.id === 'anyone';
}

function distinct(acl: AclList): AclList {
  const seen = new Set<string>();
  return acl.filter(({ perms, id }) => {
    const key = JSON.stringify([perms, id.scheme, id.id]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
