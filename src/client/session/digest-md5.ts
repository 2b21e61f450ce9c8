/**
 * SASL DIGEST-MD5 (RFC 2831) as ZooKeeper's servers speak it: one challenge, one response, and the
 * server's proof that it knows the password, too. The digest's uri is fixed: Java's client names the
 * service `zookeeper` and the host `zk-sasl-md5`.
 *
 * MD5 is no longer a strong hash: use it over TLS.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SaslExchange } from '../machine/machine-options.ts';

const DIGEST_URI = 'zookeeper/zk-sasl-md5';
const NONCE_COUNT = '00000001';

export interface DigestMd5Options {
  readonly username: string;
  readonly password: string;
  /** Random; for tests. */
  readonly makeCnonce?: () => string;
}

export class DigestMd5 implements SaslExchange {
  readonly #options: DigestMd5Options;
  /** What the server has to say at the end. */
  #proof: string | null = null;

  constructor(options: DigestMd5Options) {
    this.#options = options;
  }

  /** The server speaks first. */
  start(): Uint8Array {
    this.#proof = null;
    return new Uint8Array(0);
  }

  next(challenge: Uint8Array): Uint8Array | null {
    const directives = parseDirectives(Buffer.from(challenge).toString('utf8'));
    if (this.#proof === null) return Buffer.from(this.#respond(directives), 'utf8');
    const proof = Buffer.from(directives.get('rspauth') ?? '');
    const wanted = Buffer.from(this.#proof);
    if (proof.length !== wanted.length || !timingSafeEqual(proof, wanted)) {
      throw new Error('the server did not prove that it knows the password');
    }
    return null;
  }

  #respond(directives: ReadonlyMap<string, string>): string {
    const nonce = directives.get('nonce');
    if (nonce === undefined || nonce === '') {
      throw new Error('the server sent no DIGEST-MD5 challenge; is SASL configured there?');
    }
    const { username, password } = this.#options;
    const realm = directives.get('realm') ?? '';
    const makeCnonce = this.#options.makeCnonce ?? (() => randomBytes(24).toString('base64'));
    const cnonce = makeCnonce();
    const secret = md5(Buffer.from(`${username}:${realm}:${password}`, 'utf8'));
    const a1 = Buffer.concat([secret, Buffer.from(`:${nonce}:${cnonce}`, 'utf8')]);
    const digest = (method: string) => {
      const a2 = md5Hex(Buffer.from(`${method}:${DIGEST_URI}`));
      const text = `${md5Hex(a1)}:${nonce}:${NONCE_COUNT}:${cnonce}:auth:${a2}`;
      return md5Hex(Buffer.from(text, 'utf8'));
    };
    this.#proof = digest('');
    return [
      'charset=utf-8',
      `username="${quoted(username)}"`,
      `realm="${quoted(realm)}"`,
      `nonce="${quoted(nonce)}"`,
      `nc=${NONCE_COUNT}`,
      `cnonce="${quoted(cnonce)}"`,
      `digest-uri="${DIGEST_URI}"`,
      'maxbuf=65536',
      `response=${digest('AUTHENTICATE')}`,
      'qop=auth',
    ].join(',');
  }
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function md5Hex(bytes: Uint8Array): string {
  return md5(bytes).toString('hex');
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

const DIRECTIVE = /\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))\s*(?:,|$)/gy;

function parseDirectives(text: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = '', inQuotes, plain = ''] of text.matchAll(DIRECTIVE)) {
    directives.set(name.toLowerCase(), inQuotes?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return directives;
}
