/**
 * What a server needs of TLS, loaded before anything else is: a wrong key store is told at once, not
 * after the recovery. Nothing of TLS is loaded where the configuration does not ask for it.
 */
import type { ServerConfig } from '../config/server-config.ts';
import type { TlsPrefix, TlsSettings } from '../config/settings/tls-settings.ts';
import type { Logger } from '../logging/logger.ts';
import { loadAdminTls } from './admin-tls.ts';
import type { TlsContext } from './tls-context.ts';
import type { TlsOptions } from './tls-options.ts';

export interface ServerTls {
  /** Null where no client speaks TLS. */
  readonly clients: TlsContext | null;
  /** Null where no server speaks TLS with this one. */
  readonly quorum: TlsContext | null;
  /** Null where the AdminServer speaks none. */
  readonly admin: TlsOptions | null;
}

/** Rejects with ConfigError. */
export async function loadServerTls(config: ServerConfig, logger: Logger): Promise<ServerTls> {
  const { secureClientPort, clientTls, quorum, isDistributed } = config;
  const hasClients = secureClientPort !== null || clientTls.portUnification;
  const hasQuorum = isDistributed && (quorum.sslQuorum || quorum.sslQuorumPortUnification);
  const admin = await loadAdminTls(config, logger);
  if (!hasClients && !hasQuorum) return { clients: null, quorum: null, admin };
  const { TlsContext } = await import('./tls-context.ts');
  const load = (prefix: TlsPrefix, settings: TlsSettings) =>
    TlsContext.load({ prefix, settings, logger });
  return {
    clients: hasClients ? await load('ssl.', clientTls) : null,
    quorum: hasQuorum ? await load('ssl.quorum.', config.quorumTls) : null,
    admin,
  };
}

/** To be called by who will close it: a server that does not come to be leaves no watchers. */
export function watchServerTls(
  tls: ServerTls | undefined,
  { clientTls, quorum }: Pick<ServerConfig, 'clientTls' | 'quorum'>,
): void {
  if (clientTls.certReload) tls?.clients?.watch();
  if (quorum.sslQuorumReloadCertFiles) tls?.quorum?.watch();
}

export function closeServerTls(tls: ServerTls | undefined): void {
  tls?.clients?.close();
  tls?.quorum?.close();
}
