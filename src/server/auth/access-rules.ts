/** The rules of access as a configuration wants them: its schemes, SASL, and who must authenticate. */
import { AccessRules, type StartSasl } from '../../core/requests/auth-provider.ts';
import { ConfigError } from '../config/config-error.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { Logger } from '../logging/logger.ts';
import { createAuthProviders } from './auth-providers.ts';
import { ClientSasl } from './sasl/client-sasl.ts';
import { digestUsers } from './sasl/digest-users.ts';

type Config = Pick<ServerConfig, 'access' | 'clientTls' | 'jaas' | 'secureClientPort'>;

/** Throws ConfigError. */
export function createAccessRules(config: Config, logger: Logger): AccessRules {
  const providers = createAuthProviders(config, (warning) => logger.warn(warning));
  const rules = new AccessRules(providers, {
    skipAcl: config.access.skipAcl,
    startSasl: startSaslOf(config, logger),
  });
  for (const scheme of enforcedAuthSchemes(config.access)) {
    if (rules.provider(scheme) !== undefined) continue;
    const schemes = providers.map((provider) => provider.scheme).join(', ');
    throw new ConfigError(
      `The scheme ${scheme} is required of clients, but not offered; there are: ${schemes}.`,
    );
  }
  return rules;
}

/** Of which schemes a client must have an id; empty when it need not. */
export function enforcedAuthSchemes(access: ServerConfig['access']): readonly string[] {
  if (access.sessionRequireClientSaslAuth) return ['sasl'];
  return access.enforceAuthEnabled ? access.enforceAuthSchemes : [];
}

/** Compat: a JAAS file may be there for other sections: then there is no SASL with clients. */
function startSaslOf({ access, jaas }: Config, logger: Logger): StartSasl | null {
  if (jaas === null) return null;
  const users = digestUsers(jaas, access.saslServerConfig);
  if (users === null) {
    const [section, file] = [access.saslServerConfig, jaas.path];
    logger.info('clients cannot authenticate by SASL: the section is missing', { section, file });
    return null;
  }
  const { saslSuperPassword, superUsers } = access;
  // Compat: the user must be in the file, too.
  if (saslSuperPassword !== null && users.has('super')) users.set('super', saslSuperPassword);
  const sasl = new ClientSasl({ users, superUsers, logger });
  return (remote) => sasl.start(remote);
}
