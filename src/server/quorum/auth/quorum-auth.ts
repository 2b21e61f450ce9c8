/**
 * SASL between servers, as it is configured (`quorum.auth.*`): who may connect to this server, and as
 * whom it connects to others.
 */
import { DigestMd5Client } from '../../../io/sasl/digest-md5-client.ts';
import { DigestMd5Server } from '../../../io/sasl/digest-md5-server.ts';
import {
  type DigestCredentials,
  digestCredentials,
  digestUsers,
} from '../../auth/sasl/digest-users.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { ServerConfig } from '../../config/server-config.ts';

/** Fixed names of the protocol's. */
const SERVICE = 'zookeeper-quorum';
const SERVER_NAME = 'zk-quorum-sasl-md5';

export interface QuorumAuth {
  /** Whether a server that connects must authenticate; if not, it may. */
  readonly isRequired: boolean;
  /** For all of an exchange. */
  readonly timeoutMs: number;
  startServer(): DigestMd5Server;
  /** Null: this server connects to others without it. */
  readonly startClient: (() => DigestMd5Client) | null;
}

/** Null when it is off. Throws ConfigError. */
export function createQuorumAuth(
  { quorum, jaas }: Pick<ServerConfig, 'quorum' | 'jaas'>,
  timeoutMs: number,
): QuorumAuth | null {
  if (!quorum.quorumAuthEnableSasl) return null;
  if (jaas === null) {
    const flag = '-Djava.security.auth.login.config';
    throw new ConfigError(`quorum.auth.enableSasl needs a JAAS file; name it by ${flag}=….`);
  }
  const section = quorum.quorumAuthServerLoginContext;
  const users = digestUsers(jaas, section);
  if (users === null) {
    throw new ConfigError(`${jaas.path}: there is no section ${section} for servers that connect.`);
  }
  const credentials = quorum.quorumAuthLearnerRequireSasl
    ? digestCredentials(jaas, quorum.quorumAuthLearnerLoginContext)
    : null;
  return quorumAuthOf({
    ...{ users, credentials, timeoutMs },
    isRequired: quorum.quorumAuthServerRequireSasl,
  });
}

export interface QuorumAuthFacts {
  readonly users: ReadonlyMap<string, string>;
  readonly credentials: DigestCredentials | null;
  readonly isRequired: boolean;
  readonly timeoutMs: number;
}

export function quorumAuthOf(facts: QuorumAuthFacts): QuorumAuth {
  const { users, credentials, isRequired, timeoutMs } = facts;
  const digestUri = `${SERVICE}/${SERVER_NAME}`;
  return {
    ...{ isRequired, timeoutMs },
    startServer: () =>
      new DigestMd5Server({
        ...{ service: SERVICE, serverName: SERVER_NAME },
        passwordOf: (username) => users.get(username) ?? null,
      }),
    startClient: credentials && (() => new DigestMd5Client({ ...credentials, digestUri })),
  };
}
