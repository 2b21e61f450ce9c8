/** checkQuorumAuth: what ZooKeeper refuses of the keys `quorum.auth.*`: half of an authentication. */
import { ConfigError } from './config-error.ts';

export interface QuorumAuthKeys {
  readonly quorumAuthEnableSasl: boolean;
  readonly quorumAuthLearnerRequireSasl: boolean;
  readonly quorumAuthServerRequireSasl: boolean;
}

/** Throws ConfigError. */
export function checkQuorumAuth(keys: QuorumAuthKeys): void {
  const { quorumAuthLearnerRequireSasl: learner, quorumAuthServerRequireSasl: server } = keys;
  if (server && !learner) {
    throw new ConfigError(
      'quorum.auth.serverRequireSasl needs quorum.auth.learnerRequireSasl: ' +
        'this server could not connect to others like it.',
    );
  }
  if (learner && !keys.quorumAuthEnableSasl) {
    throw new ConfigError('quorum.auth.learnerRequireSasl needs quorum.auth.enableSasl.');
  }
}
