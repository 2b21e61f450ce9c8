/**
 * Cipher suites as Java names them (`TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`) to OpenSSL's names
 * (`ECDHE-RSA-AES128-GCM-SHA256`). Those of TLS 1.3 are named alike in both.
 */
import { getCiphers } from 'node:tls';

export interface CipherChoice {
  /** For `node:tls`; null when none of the names is known. */
  readonly ciphers: string | null;
  /** TLS 1.3 has suites of its own. */
  readonly hasTls13: boolean;
  /** Names that mean nothing to this runtime. */
  readonly unknown: readonly string[];
}

export function chooseCiphers(names: readonly string[]): CipherChoice {
  const known = new Set(getCiphers());
  const unknown: string[] = [];
  const chosen: string[] = [];
  for (const name of names) {
    const translated = openSslName(name);
    if (known.has(translated.toLowerCase())) chosen.push(translated);
    else unknown.push(name);
  }
  const hasTls13 = chosen.some((name) => name.startsWith('TLS_'));
  return { ciphers: chosen.length === 0 ? null : chosen.join(':'), hasTls13, unknown };
}

function openSslName(name: string): string {
  const match = /^(?:TLS|SSL)_(\w+?)_WITH_(\w+)$/.exec(name);
  if (match === null) return name;
  const [, exchange = '', cipher = ''] = match;
  const suite = cipher
    .replace(/^AES_(\d+)_CBC/, 'AES$1')
    .replace(/^AES_(\d+)/, 'AES$1')
    .replace(/^CHACHA20_POLY1305_SHA256$/, 'CHACHA20_POLY1305')
    .replaceAll('_', '-');
  // Plain RSA is what a name of OpenSSL's means that names no key exchange.
  return exchange === 'RSA' ? suite : `${exchange.replaceAll('_', '-')}-${suite}`;
}
