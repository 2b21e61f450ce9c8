/**
 * DigestMd5Server: the server's side of DIGEST-MD5: a challenge, the client's response, and the proof
 * that the server knows the password, too. What is taken and what is refused is what Java's own does
 * (observed with 3.9.5): the realm must be named, `authzid` is part of the digest and means nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digestOf, NONCE_COUNT, parseDirectives, quoted, SaslError } from './digest-md5.ts';

/** As in Java. */
const RESPONSE_BYTES_MAX = 4096;

export interface DigestMd5ServerOptions {
  readonly service: string;
  /** A fixed name of the protocol's, which is the realm, too. */
  readonly serverName: string;
  /** Null for a user who is not known. */
  passwordOf(username: string): string | null;
  /** Random; for tests. */
  readonly makeNonce?: () => string;
}

export interface DigestMd5Answer {
  readonly token: Uint8Array;
  /** Who it is, when the exchange is over. */
  readonly user: DigestMd5User | null;
}

export interface DigestMd5User {
  readonly username: string;
  /** As whom it wants to be known; its own name where it did not say. */
  readonly authzid: string;
}

export class DigestMd5Server {
  readonly #options: DigestMd5ServerOptions;
  readonly #nonce: string;
  #step: 'begin' | 'challenged' | 'over' = 'begin';

  constructor(options: DigestMd5ServerOptions) {
    this.#options = options;
    const { makeNonce = () => randomBytes(30).toString('base64') } = options;
    this.#nonce = makeNonce();
  }

  /** Throws SaslError; the exchange is over then. */
  next(token: Uint8Array): DigestMd5Answer {
    const step = this.#step;
    this.#step = 'over';
    if (step === 'over') throw new SaslError('the exchange is over');
    if (token.length > RESPONSE_BYTES_MAX) throw new SaslError('the response is too long');
    if (step === 'challenged') return this.#judge(parseDirectives(token));
    this.#step = 'challenged';
    const realm = quoted(this.#options.serverName);
    const nonce = quoted(this.#nonce);
    const challenge = `realm=${realm},nonce=${nonce},charset=utf-8,algorithm=md5-sess`;
    return { token: Buffer.from(challenge), user: null };
  }

  #judge(directives: ReadonlyMap<string, string>): DigestMd5Answer {
    const { service, serverName } = this.#options;
    const username = directives.get('username') ?? '';
    const digestUri = directives.get('digest-uri') ?? '';
    const realm = directives.get('realm') ?? '';
    const cnonce = directives.get('cnonce') ?? '';
    if (username === '') throw new SaslError('the response names no user');
    if (directives.get('nonce') !== this.#nonce) throw new SaslError('the nonce is another');
    if (directives.get('nc') !== NONCE_COUNT) throw new SaslError('the nonce count is not 1');
    if (cnonce === '') throw new SaslError('the response has no nonce of the client');
    if (realm !== serverName) throw new SaslError('the realm is another');
    if ((directives.get('qop') ?? 'auth') !== 'auth') throw new SaslError('the qop is not auth');
    if (digestUri.toLowerCase() !== `${service}/${serverName}`.toLowerCase()) {
      throw new SaslError('the digest-uri is another');
    }
    const authzid = directives.get('authzid');
    const known = this.#options.passwordOf(username);
    // Somebody who is not known takes as long as somebody who is.
    const password = known ?? this.#nonce;
    const facts = { username, realm, password, nonce: this.#nonce, cnonce, digestUri, authzid };
    const isRight = isEqual(digestOf(facts, 'AUTHENTICATE'), directives.get('response') ?? '');
    if (known === null) throw new SaslError('the user is not known');
    if (!isRight) throw new SaslError('the password is wrong');
    const token = Buffer.from(`rspauth=${digestOf(facts, '')}`);
    return { token, user: { username, authzid: authzid ?? username } };
  }
}

function isEqual(wanted: string, given: string): boolean {
  const [one, other] = [Buffer.from(wanted), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
