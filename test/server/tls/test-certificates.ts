/** A certificate authority and certificates from it, made by openssl: EC keys, in milliseconds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why there are no certificates; `` when there are. */
export const opensslMissing =
  spawnSync('openssl', ['version']).error === undefined ? '' : 'openssl cannot be run.';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface CertificateOptions {
  readonly subject?: string;
  /** As openssl writes it: `IP:127.0.0.1,DNS:localhost`. */
  readonly names?: string;
  readonly days?: number;
}

export class TestAuthority {
  readonly folder: string;
  readonly #name: string;

  constructor(folder: string, name = 'ca') {
    this.folder = folder;
    this.#name = name;
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    this.openssl(['req', '-x509', ...NEW_KEY, '-subj', `/CN=${name}`, '-days', '30', ...files]);
  }

  /** The file of trusted certificates. */
  get trust(): string {
    return this.path(`${this.#name}.pem`);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  openssl(words: readonly string[]): void {
    const result = spawnSync('openssl', words, { cwd: this.folder, encoding: 'utf8' });
    assert.equal(result.status, 0, result.stderr);
  }

  /** `name.pem` with key and certificate, and each alone in `name.key` and `name.crt`. */
  issue(name: string, options: CertificateOptions = {}): string {
    const { subject = `/CN=${name}`, names = 'IP:127.0.0.1,DNS:localhost', days = 30 } = options;
    this.openssl([
      ...['req', '-x509', '-utf8', ...NEW_KEY, '-subj', subject, '-days', String(days)],
      ...['-CA', `${this.#name}.pem`, '-CAkey', `${this.#name}.key`],
      ...['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
    ]);
    const path = this.path(`${name}.pem`);
    const both = ['key', 'crt'].map((part) => readFileSync(this.path(`${name}.${part}`)));
    writeFileSync(path, Buffer.concat(both));
    return path;
  }

  /** A PEM file with the authority and its list of revoked certificates: this one. */
  revoke(name: string): string {
    const list = 'database = index.txt\ndefault_md = sha256\ndefault_crl_days = 30\n';
    writeFileSync(this.path('ca.cnf'), `[ca]\ndefault_ca = own\n[own]\n${list}`);
    writeFileSync(this.path('index.txt'), '');
    const ca = `ca -config ca.cnf -cert ${this.#name}.pem -keyfile ${this.#name}.key`.split(' ');
    this.openssl([...ca, '-revoke', `${name}.crt`]);
    this.openssl([...ca, '-gencrl', '-out', 'crl.pem']);
    const path = this.path('trust-and-crl.pem');
    const both = [this.trust, this.path('crl.pem')].map((file) => readFileSync(file));
    writeFileSync(path, Buffer.concat(both));
    return path;
  }

  /** The same as PKCS12, with the certificates of a file if more are to be in it. */
  exportPkcs12(name: string, password: string, more?: string): string {
    const path = `${name}.p12`;
    const own = ['-inkey', `${name}.key`, '-in', `${name}.crt`];
    const source = more === undefined ? own : [...own, '-certfile', more];
    this.openssl(['pkcs12', '-export', ...source, '-out', path, '-passout', `pass:${password}`]);
    return this.path(path);
  }
}
