/**
 * DIGEST-MD5 (RFC 2831), what both sides of an exchange share: the directives and the digest over
 * them. ZooKeeper uses it to authenticate and for nothing else (`qop=auth`).
 *
 * MD5 is no longer a strong hash: use it over TLS.
 */
import { createHash } from 'node:crypto';

/** There is one response to each nonce. */
export const NONCE_COUNT = '00000001';

/** The other side has not proved who it is. */
export class SaslError extends Error {
  override readonly name = 'SaslError';
}

export interface DigestFacts {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly digestUri: string;
  /** As the client sent it; absent where it sent none. */
  readonly authzid?: string | undefined;
}

/** Text as it is hashed: RFC 2831 wants ISO 8859-1 of what fits in it, and Java insists. */
function hashedBytes(text: string): Buffer {
  const fits = [...text].every((char) => (char.codePointAt(0) ?? 0) < 256);
  return Buffer.from(text, fits ? 'latin1' : 'utf8');
}

/** Of the client's response with `AUTHENTICATE`, of the server's proof with the empty method. */
export function digestOf(facts: DigestFacts, method: '' | 'AUTHENTICATE'): string {
  const { nonce, cnonce, digestUri, authzid } = facts;
  const { username, realm, password } = facts;
  const suffix = authzid === undefined ? '' : `:${authzid}`;
  const secret = md5(hashedBytes(`${username}:${realm}:${password}`));
  const a1 = Buffer.concat([secret, Buffer.from(`:${nonce}:${cnonce}${suffix}`, 'utf8')]);
  const a2 = md5Hex(Buffer.from(`${method}:${digestUri}`));
  return md5Hex(Buffer.from(`${md5Hex(a1)}:${nonce}:${NONCE_COUNT}:${cnonce}:auth:${a2}`, 'utf8'));
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function md5Hex(bytes: Uint8Array): string {
  return md5(bytes).toString('hex');
}

export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

const DIRECTIVE = /\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))\s*(?:,|$)/gy;

/** By their names in lower case; what is no directive ends the list. */
export function parseDirectives(token: Uint8Array): Map<string, string> {
  const directives = new Map<string, string>();
  const text = Buffer.from(token).toString('utf8');
  for (const [, name = '', inQuotes, plain = ''] of text.matchAll(DIRECTIVE)) {
    directives.set(name.toLowerCase(), inQuotes?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return directives;
}
