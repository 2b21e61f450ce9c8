/**
 * EnsembleProvider: the scheme `ensemble` (ZooKeeper's EnsembleAuthenticationProvider). It proves
 * nothing about the client: the client says which ensemble it means, and is turned away when it
 * has reached another one.
 */
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { Id } from '../../protocol/records/acl.ts';

export class EnsembleProvider implements AuthProvider {
  readonly scheme = 'ensemble';
  readonly isAuthenticated = false;
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** A client that names none, and a server without a name, take whatever they get. */
  authenticate(data: Uint8Array): Id[] | null {
    if (data.length === 0 || this.#names.size === 0) return [];
    return this.#names.has(Buffer.from(data).toString('utf8')) ? [] : null;
  }

  matches(): boolean {
    return false;
  }

  isValid(): boolean {
    return false;
  }

  userName(id: string): string {
    return id;
  }
}
