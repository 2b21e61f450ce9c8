/** What `config -c` shows of a configuration (ConfigUtils.getClientConfigStr): its version and where clients connect. */
import { parsePropertiesText } from '../base/properties-text.ts';

export function clientConfigText(text: string): string {
  const properties = parsePropertiesText(text);
  const addresses = [...properties]
    .filter(([key]) => key.startsWith('server.'))
    .map(([, value]) => clientAddress(value));
  return `${properties.get('version') ?? ''} ${addresses.join(',')}`;
}

/** Behind the last semicolon: a port, or an address with one. */
function clientAddress(server: string): string {
  const semicolon = server.lastIndexOf(';');
  if (semicolon < 0) return '';
  const client = server.slice(semicolon + 1);
  return client.includes(':') ? client.replace(/^\[(.*)\]:/, '$1:') : `0.0.0.0:${client}`;
}
