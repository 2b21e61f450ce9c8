/** TLS settings as a configuration file would give them. */
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';
import type { TlsSettings } from '../../../src/server/config/settings/tls-settings.ts';

/** Keys without their `ssl.`. */
export function tlsSettingsOf(entries: Readonly<Record<string, string>>): TlsSettings {
  const lines = Object.entries(entries).map(([key, value]) => `ssl.${key}=${value}\n`);
  const text = `dataDir=/d\nclientPort=1\n${lines.join('')}`;
  const readFile = (path: string) => {
    if (path === 'zoo.cfg') return Buffer.from(text, 'latin1');
    throw Object.assign(new Error('no file'), { code: 'ENOENT' });
  };
  return readServerConfig({ args: ['zoo.cfg'], env: {}, readFile }).config.clientTls;
}
