/**
 * The users of a JAAS section: `user_<name>="<password>"` of ZooKeeper's DigestLoginModule, and the
 * one user as whom a server speaks to others (`username`, `password`).
 */
import { createHash } from 'node:crypto';
import { ConfigError } from '../../config/config-error.ts';
import type { JaasFile, JaasModule } from '../../config/jaas/jaas-file.ts';

const DIGEST_MODULE = 'org.apache.zookeeper.server.auth.DigestLoginModule';
const KERBEROS_MODULE = /\.Krb5LoginModule$/;
const USER_PREFIX = 'user_';

export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

/** Passwords by user; null when the file has no such section. Throws ConfigError. */
export function digestUsers(jaas: JaasFile, section: string): Map<string, string> | null {
  const modules = jaas.sections.get(section);
  if (modules === undefined) return null;
  const users = new Map<string, string>();
  for (const module of modules) {
    refuseOtherModule(jaas, module);
    for (const [key, value] of module.options) {
      if (key.startsWith(USER_PREFIX)) users.set(key.slice(USER_PREFIX.length), value);
    }
  }
  return users;
}

/** As whom this server speaks to others. Throws ConfigError. */
export function digestCredentials(jaas: JaasFile, section: string): DigestCredentials {
  for (const module of jaas.sections.get(section) ?? []) {
    refuseOtherModule(jaas, module);
    const username = module.options.get('username');
    const password = module.options.get('password');
    if (username !== undefined && password !== undefined) return { username, password };
  }
  throw new ConfigError(`${jaas.path}: the section ${section} has no username and password.`);
}

function refuseOtherModule({ path }: JaasFile, { className, line }: JaasModule): void {
  const where = `${path}:${line}: ${className} is refused`;
  if (KERBEROS_MODULE.test(className)) {
    throw new ConfigError(`${where}: Kerberos is not supported; use ${DIGEST_MODULE}.`);
  }
  if (className !== DIGEST_MODULE) {
    throw new ConfigError(`${where}: the only login module here is ${DIGEST_MODULE}.`);
  }
  refuseWithoutMd5(where);
}

/** A node:crypto that is bound to FIPS has none; found now, and not by the first client. */
function refuseWithoutMd5(where: string): void {
  try {
    createHash('md5');
  } catch (cause) {
    throw new ConfigError(`${where}: DIGEST-MD5 needs MD5, which node:crypto denies.`, { cause });
  }
}
