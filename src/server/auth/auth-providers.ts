import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { ServerConfig } from '../config/server-config.ts';

export function createAuthProviders(_config: ServerConfig): AuthProvider[] {
  return [];
}
