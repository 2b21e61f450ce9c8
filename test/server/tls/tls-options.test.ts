/** What key stores, trust stores and settings of TLS are read as, and what is refused. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { connect, createServer, type SecureVersion } from 'node:tls';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { readTlsOptions, type TlsOptions } from '../../../src/server/tls/tls-options.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';
import { tlsSettingsOf } from './tls-settings.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));

function made(): TestAuthority {
  assert.ok(authority);
  return authority;
}

async function read(entries: Readonly<Record<string, string>>) {
  const warnings: string[] = [];
  const options = await readTlsOptions(tlsSettingsOf(entries), 'ssl.', (text) => {
    warnings.push(text);
  });
  return { options, warnings };
}

async function refusal(entries: Readonly<Record<string, string>>): Promise<string> {
  const error = await read(entries).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  assert.ok(!error.message.includes('secret'), error.message);
  return error.message;
}

const subjectOf = (pem: unknown) => new X509Certificate(String(pem)).subject;

test('tls options: one PEM file → key, certificates, trust and what both sides may speak', {
  skip,
}, async () => {
  const location = made().issue('plain');
  const { options, warnings } = await read({
    'keyStore.location': location,
    'trustStore.location': made().trust,
  });
  assert.deepEqual(warnings, []);
  assert.equal(subjectOf(options.cert), 'CN=plain');
  assert.match(String(options.key), /BEGIN PRIVATE KEY/);
  assert.equal(subjectOf(options.ca), 'CN=ca');
  const { minVersion, maxVersion, requestCert, rejectUnauthorized } = options;
  assert.deepEqual(
    { minVersion, maxVersion, requestCert, rejectUnauthorized },
    { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true },
  );
});

test('tls options: an encrypted key, password in a file → read; without or with another one → refused', {
  skip,
}, async () => {
  made().issue('locked');
  made().openssl('pkcs8 -topk8 -in locked.key -out locked.enc -passout pass:secret'.split(' '));
  const location = made().path('locked.pem');
  writeFileSync(location, readFileSync(made().path('locked.crt')));
  appendFileSync(location, readFileSync(made().path('locked.enc')));
  const password = made().path('password');
  writeFileSync(password, 'secret\n');
  const stores = { 'keyStore.location': location, 'trustStore.location': made().trust };
  const { options } = await read({ ...stores, 'keyStore.passwordPath': password });
  // As OpenSSL encrypted keys before PKCS8.
  made().openssl('ec -in locked.key -aes256 -out old.pem -passout pass:secret'.split(' '));
  appendFileSync(made().path('old.pem'), readFileSync(made().path('locked.crt')));
  const old = { 'keyStore.location': made().path('old.pem'), 'keyStore.password': 'secret' };
  assert.equal(subjectOf((await read({ ...stores, ...old })).options.cert), 'CN=locked');
  assert.equal(subjectOf(options.cert), 'CN=locked');
  assert.match(
    await refusal(stores),
    /locked\.pem: the private key is encrypted; set ssl\.keyStore\.password/,
  );
  const wrong = await refusal({ ...stores, 'keyStore.password': 'secretly' });
  assert.match(wrong, /cannot be read .*is ssl\.keyStore\.password right\?/);
});

test('tls options: PKCS12, also of certificates alone, and JKS by keytool → the same', {
  skip,
}, async (t) => {
  made().issue('stored');
  const p12 = made().exportPkcs12('stored', 'secret');
  const asP12 = { 'keyStore.location': p12, 'keyStore.password': 'secret' };
  const { options } = await read({ ...asP12, 'trustStore.location': made().trust });
  assert.deepEqual([subjectOf(options.cert), options.pfx], ['CN=stored', undefined]);
  const empty = { 'keyStore.location': made().exportPkcs12('stored', ''), clientAuth: 'none' };
  assert.equal(subjectOf((await read(empty)).options.cert), 'CN=stored');
  made().exportPkcs12('stored', 'secret');
  const wrong = {
    ...asP12,
    'keyStore.password': 'not secret',
    'trustStore.location': made().trust,
  };
  assert.match(await refusal(wrong), /stored\.p12: it cannot be read as PKCS12/);
  if (spawnSync('keytool', ['-help']).error !== undefined) return t.skip('keytool cannot be run.');
  const keytool = (words: string) =>
    execFileSync('keytool', words.split(' '), { cwd: made().folder, stdio: 'ignore' });
  keytool(
    '-importkeystore -srckeystore stored.p12 -srcstorepass secret -destkeystore stored.jks ' +
      '-deststoretype JKS -deststorepass secret',
  );
  keytool(
    '-importkeystore -srckeystore stored.jks -srcstorepass secret -destkeystore legacy.p12 ' +
      '-deststoretype PKCS12 -deststorepass secret -J-Dkeystore.pkcs12.legacy',
  );
  keytool('-importcert -noprompt -alias ca -file ca.pem -keystore trust.p12 -storepass secret');
  const legacy = { 'keyStore.location': made().path('legacy.p12'), 'keyStore.password': 'secret' };
  const { options: old } = await read({ ...legacy, 'trustStore.location': made().trust });
  assert.equal(subjectOf(old.cert), 'CN=stored');
  const java = await read({
    ...{ 'keyStore.location': made().path('stored.jks'), 'keyStore.password': 'secret' },
    ...{ 'trustStore.location': made().path('trust.p12'), 'trustStore.password': 'secret' },
  });
  assert.equal(subjectOf(java.options.cert), 'CN=stored');
  assert.equal(subjectOf(java.options.ca), 'CN=ca');
});

test('tls options: what is missing or no store → one sentence with the setting and what to do', {
  skip,
}, async () => {
  const location = made().issue('own');
  const trust = { 'trustStore.location': made().trust };
  const odd = made().path('own.store');
  writeFileSync(odd, 'nonsense');
  const empty = made().path('empty.pem');
  writeFileSync(empty, 'nonsense');
  const other = made().path('mixed.pem');
  made().issue('other');
  writeFileSync(other, readFileSync(made().path('own.key')));
  appendFileSync(other, readFileSync(made().path('other.crt')));
  const refusals: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [trust, /^TLS needs ssl\.keyStore\.location; set it to/],
    [
      { 'keyStore.location': location },
      /^ssl\.trustStore\.location is not set: .*ssl\.clientAuth=none/,
    ],
    [
      { ...trust, 'keyStore.location': '/none.pem' },
      /^ssl\.keyStore\.location=\/none\.pem cannot be read \(ENOENT\)/,
    ],
    [{ ...trust, 'keyStore.location': odd }, /own\.store: .* set ssl\.keyStore\.type/],
    [{ ...trust, 'keyStore.location': odd, 'keyStore.type': 'JKS' }, /cannot be read as JKS/],
    [{ ...trust, 'keyStore.location': odd, 'keyStore.type': 'BCFKS' }, /BCFKS .*keytool/],
    [{ ...trust, 'keyStore.location': empty }, /empty\.pem: there are no keys in it/],
    [{ ...trust, 'keyStore.location': made().trust }, /ca\.pem: there is no private key in it/],
    [
      { ...trust, 'keyStore.location': other },
      /mixed\.pem: none of the certificates is for the private key/,
    ],
    [
      { ...trust, 'keyStore.location': location, enabledProtocols: 'TLSv1.1' },
      /TLSv1\.1 is refused/,
    ],
    [
      { ...trust, 'keyStore.location': location, ciphersuites: 'TLS_NONE' },
      /TLS_NONE: this runtime has none/,
    ],
    [
      { ...trust, 'keyStore.location': location, crl: 'true' },
      /ca\.pem: ssl\.crl=true needs the lists/,
    ],
    [
      {
        ...{ ...trust, 'keyStore.location': location, enabledProtocols: 'TLSv1.3' },
        ciphersuites: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      },
      /^ssl\.enabledProtocols=TLSv1\.3: no suite of TLSv1\.3 is in ssl\.ciphersuites/,
    ],
    [{ ...trust, 'keyStore.location': location, ocsp: 'true' }, /^ssl\.ocsp=true is not supported/],
    [{ 'context.supplier.class': 'a.B' }, /^ssl\.context\.supplier\.class=a\.B: a Java class/],
  ];
  for (const [entries, expected] of refusals) assert.match(await refusal(entries), expected);
});

test('tls options: versions and suites by Java’s names → OpenSSL’s; what is old or unknown is told', {
  skip,
}, async () => {
  const stores = {
    ...{ 'keyStore.location': made().issue('old', { days: 1 }) },
    ...{ clientAuth: 'none' },
  };
  const suites = [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_DHE_DSS_WITH_AES_128_CBC_SHA',
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
  ];
  const { options, warnings } = await read({
    ...stores,
    enabledProtocols: 'TLSv1.2,TLSv1.1',
    ciphersuites: suites.join(','),
  });
  assert.equal(options.maxVersion, 'TLSv1.2');
  assert.equal(
    options.ciphers,
    'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:' +
      'AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384',
  );
  assert.deepEqual(
    warnings.map((warning) => warning.replace(/\(.*\)/, '')),
    [
      'The certificate in ssl.keyStore expires in 1 days .',
      'ssl.enabledProtocols=TLSv1.2,TLSv1.1: only TLSv1.2 will be offered.',
      'ssl.ciphersuites: this runtime has no TLS_DHE_DSS_WITH_AES_128_CBC_SHA.',
    ],
  );
  assert.equal(options.requestCert, false);
});

/** What a client that knows everything from `minVersion` on agrees on with a server of such options. */
async function agreed(t: TestContext, options: TlsOptions, minVersion: SecureVersion) {
  const server = createServer(options, (socket) => socket.end()).on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const to = { port, host: '127.0.0.1', ca: readFileSync(made().trust), minVersion };
    const socket = connect(to, () => {
      resolve([socket.getProtocol(), socket.getCipher().standardName]);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('tls options: suites of TLS 1.2 alone → TLS 1.3 is not spoken, with one of its own it is', {
  skip,
}, async (t) => {
  const stores = { 'keyStore.location': made().issue('narrow'), clientAuth: 'none' };
  const older = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';
  const { options } = await read({ ...stores, ciphersuites: older });
  assert.deepEqual(await agreed(t, options, 'TLSv1.2'), ['TLSv1.2', older]);
  await assert.rejects(agreed(t, options, 'TLSv1.3'), { code: /PROTOCOL_VERSION/ });
  const newer = 'TLS_AES_128_GCM_SHA256';
  const both = await read({ ...stores, ciphersuites: `${older},${newer}` });
  assert.deepEqual(await agreed(t, both.options, 'TLSv1.2'), ['TLSv1.3', newer]);
});
