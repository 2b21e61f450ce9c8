/**
 * DigestProvider: the scheme `digest` (ZooKeeper's DigestAuthenticationProvider). An id is
 * `user:BASE64(hash("user:password"))`. The hash is neither salted nor slow: it is what the access
 * lists of all existing ensembles hold.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { Id } from '../../protocol/records/acl.ts';

export interface DigestOptions {
  /** As node:crypto names it. */
  readonly algorithm: string;
  /** The digest of a user who may do everything; null for none. */
  readonly superDigest: string | null;
}

export class DigestProvider implements AuthProvider {
  readonly scheme = 'digest';
  readonly isAuthenticated = true;
  readonly #algorithm: string;
  readonly #superDigest: Buffer | null;

  constructor({ algorithm, superDigest }: DigestOptions) {
    this.#algorithm = algorithm;
    this.#superDigest = superDigest === null ? null : Buffer.from(superDigest);
  }

  /** Compat: text without a colon is a user, too; the empty text is the user "". */
  authenticate(data: Uint8Array): Id[] {
    const digest = this.#digest(Buffer.from(data).toString('utf8'));
    const own: Id = { scheme: this.scheme, id: digest };
    return this.#isSuper(digest) ? [{ scheme: 'super', id: '' }, own] : [own];
  }

  matches(id: string, aclId: string): boolean {
    return id === aclId;
  }

  /** Compat: Java's `split(":").length == 2`, which does not see colons at the end. */
  isValid(aclId: string): boolean {
    // No pattern: on a megabyte of colons `:+$` would take minutes.
    let end = aclId.length;
    while (aclId[end - 1] === ':') end--;
    const colon = aclId.indexOf(':');
    return colon >= 0 && colon < end && aclId.lastIndexOf(':', end - 1) === colon;
  }

  userName(id: string): string {
    return userOf(id);
  }

  #digest(userAndPassword: string): string {
    const hash = createHash(this.#algorithm).update(userAndPassword, 'utf8').digest('base64');
    return `${userOf(userAndPassword)}:${hash}`;
  }

  #isSuper(digest: string): boolean {
    const wanted = this.#superDigest;
    const given = Buffer.from(digest);
    return wanted !== null && wanted.length === given.length && timingSafeEqual(wanted, given);
  }
}

function userOf(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? text : text.slice(0, colon);
}
