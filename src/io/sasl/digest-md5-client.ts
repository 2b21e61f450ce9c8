/**
 * DigestMd5Client: the client's side of DIGEST-MD5, as ZooKeeper's servers and the members of its
 * ensembles expect it: one challenge, one response, and the server's proof that it knows the
 * password, too.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digestOf, NONCE_COUNT, parseDirectives, quoted, SaslError } from './digest-md5.ts';

export interface DigestMd5ClientOptions {
  readonly username: string;
  readonly password: string;
  /** The service and the host that Java's servers expect: fixed names, not where they run. */
  readonly digestUri: string;
  /** Random; for tests. */
  readonly makeCnonce?: () => string;
}

export class DigestMd5Client {
  readonly #options: DigestMd5ClientOptions;
  /** What the server has to say at the end. */
  #proof: string | null = null;

  constructor(options: DigestMd5ClientOptions) {
    this.#options = options;
  }

  /** The server speaks first. */
  start(): Uint8Array {
    this.#proof = null;
    return new Uint8Array(0);
  }

  /** Throws SaslError. */
  next(challenge: Uint8Array): Uint8Array | null {
    const directives = parseDirectives(challenge);
    if (this.#proof === null) return Buffer.from(this.#respond(directives), 'utf8');
    const proof = Buffer.from(directives.get('rspauth') ?? '');
    const wanted = Buffer.from(this.#proof);
    if (proof.length !== wanted.length || !timingSafeEqual(proof, wanted)) {
      throw new SaslError('the server did not prove that it knows the password');
    }
    return null;
  }

  #respond(directives: ReadonlyMap<string, string>): string {
    const nonce = directives.get('nonce');
    if (nonce === undefined || nonce === '') {
      throw new SaslError('the server sent no DIGEST-MD5 challenge; is SASL configured there?');
    }
    const { makeCnonce = () => randomBytes(24).toString('base64') } = this.#options;
    const { username, password, digestUri } = this.#options;
    const cnonce = makeCnonce();
    const realm = directives.get('realm') ?? '';
    const facts = { username, password, digestUri, realm, nonce, cnonce };
    this.#proof = digestOf(facts, '');
    return [
      'charset=utf-8',
      `username=${quoted(username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `nc=${NONCE_COUNT}`,
      `cnonce=${quoted(cnonce)}`,
      `digest-uri=${quoted(digestUri)}`,
      'maxbuf=65536',
      `response=${digestOf(facts, 'AUTHENTICATE')}`,
      'qop=auth',
    ].join(',');
  }
}
