/** The TLS of the AdminServer: the keys and the trust of the ports between servers, as in ZooKeeper. */
import type { ServerConfig } from '../config/server-config.ts';
import type { Logger } from '../logging/logger.ts';
import type { TlsOptions } from './tls-options.ts';

/** Null where none is asked for. Rejects with ConfigError. */
export async function loadAdminTls(
  { admin, quorumTls }: Pick<ServerConfig, 'admin' | 'quorumTls'>,
  logger: Logger,
): Promise<TlsOptions | null> {
  if (!admin.isEnabled || !hasAdminTls(admin)) return null;
  const { readTlsOptions } = await import('./tls-options.ts');
  const options = await readTlsOptions(quorumTls, 'ssl.quorum.', (warning) => logger.warn(warning));
  const isWanted = admin.needsClientCertificate;
  return { ...options, requestCert: isWanted, rejectUnauthorized: isWanted };
}

export function hasAdminTls({ isHttpsForced, isPortUnified }: ServerConfig['admin']): boolean {
  return isHttpsForced || isPortUnified;
}
