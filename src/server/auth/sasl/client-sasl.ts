/**
 * ClientSasl: SASL DIGEST-MD5 with clients (ZooKeeper's ZooKeeperSaslServer and
 * SaslServerCallbackHandler): the users of the JAAS section, and who of them may do everything.
 */
import type { SaslAnswer, SaslNegotiation } from '../../../core/requests/auth-provider.ts';
import { SaslError } from '../../../io/sasl/digest-md5.ts';
import { DigestMd5Server } from '../../../io/sasl/digest-md5-server.ts';
import type { Id } from '../../../protocol/records/acl.ts';
import type { Logger } from '../../logging/logger.ts';

/** Fixed names of the protocol's. */
const SERVICE = 'zookeeper';
const SERVER_NAME = 'zk-sasl-md5';

export interface ClientSaslParts {
  /** Passwords by user. */
  readonly users: ReadonlyMap<string, string>;
  /** Users who may do everything. */
  readonly superUsers: readonly string[];
  readonly logger: Logger;
}

export class ClientSasl {
  readonly #parts: ClientSaslParts;

  constructor(parts: ClientSaslParts) {
    this.#parts = parts;
  }

  start({ address }: { readonly address: string }): SaslNegotiation {
    const { users } = this.#parts;
    const exchange = new DigestMd5Server({
      service: SERVICE,
      serverName: SERVER_NAME,
      passwordOf: (username) => users.get(username) ?? null,
    });
    return { next: (token) => this.#next(exchange, token, address) };
  }

  #next(exchange: DigestMd5Server, token: Uint8Array, address: string): SaslAnswer | null {
    const { logger } = this.#parts;
    try {
      const answer = exchange.next(token);
      if (answer.user === null) return { token: answer.token, ids: [] };
      // Whom it wants to be known as counts for nothing: Java takes its own name, too.
      const { username } = answer.user;
      logger.info('a client has authenticated by SASL', { address, user: username });
      return { token: answer.token, ids: this.#idsOf(username) };
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      logger.warn('a client failed to authenticate by SASL', { address, reason: error.message });
      return null;
    }
  }

  #idsOf(username: string): Id[] {
    const own: Id = { scheme: 'sasl', id: username };
    if (!this.#parts.superUsers.includes(username)) return [own];
    return [own, { scheme: 'super', id: '' }];
  }
}
