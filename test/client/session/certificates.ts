/** Keys and certificates for tests, made by openssl. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

function openssl(folder: string, words: string[]): string | undefined {
  const result = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
  if (result.error !== undefined) return `openssl cannot be run: ${result.error.message}`;
  assert.equal(result.status, 0, result.stderr);
  return undefined;
}

/**
 * `name.key`, `name.pem` and both as `name.p12` (password: secret) for 127.0.0.1; says why not where
 * there is no openssl.
 */
export function makeCertificate(folder: string, name: string): string | undefined {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  const pfx = ['pkcs12', '-export', '-inkey', `${name}.key`, '-in', `${name}.pem`];
  return (
    openssl(folder, ['req', '-x509', ...key, ...subject, '-days', '2', ...files]) ??
    openssl(folder, [...pfx, '-out', `${name}.p12`, '-passout', 'pass:secret'])
  );
}
