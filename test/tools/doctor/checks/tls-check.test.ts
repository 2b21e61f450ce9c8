import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkTls } from '../../../../src/tools/doctor/checks/tls-check.ts';
import { createAuthority } from '../../../../src/tools/init/certificates.ts';
import { makeSubject, render } from '../subjects.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2027, 0, 1);
const SERVERS = [1, 2, 3].map((id) => `server.${id}=zoo${id}:1:2`);

async function subjectOf(t: TestContext, host: string) {
  const authority = await createAuthority(NOW_MS);
  const lines = ['initLimit=5', 'syncLimit=2', 'sslQuorum=true', ...SERVERS];
  const stores = [
    'ssl.quorum.keyStore.location=FOLDER/own.pem',
    'ssl.quorum.trustStore.location=FOLDER/ca.pem',
  ];
  const subject = makeSubject(t, [...lines, ...stores]);
  const own = join(subject.folder, 'own.pem');
  writeFileSync(own, await authority.issue({ name: host, hosts: [host] }), { mode: 0o600 });
  writeFileSync(join(subject.folder, 'ca.pem'), authority.certificatePem);
  return { subject, own };
}

test('doctor tls: two years from now on → in force, soon to renew, expired', async (t) => {
  const { subject } = await subjectOf(t, 'zoo1');
  const at = async (days: number) => render(await checkTls(subject, NOW_MS + days * DAY_MS));
  assert.match(
    await at(0),
    /^ok ssl\.quorum\.\*: .* CN=Zooid ensemble authority is in force for 365\d days\nok .* CN=zoo1 is in force for 73\d days$/,
  );
  assert.match(await at(720), /^warn .* CN=zoo1 expires in 1\d days$/m);
  assert.match(await at(800), /^fail .* CN=zoo1 has expired on /m);
  assert.match(await at(-2), /^fail .* CN=zoo1 is not in force before /m);
});

test('doctor tls: another host’s certificate, a readable key → warned of', async (t) => {
  const { subject, own } = await subjectOf(t, 'elsewhere');
  chmodSync(own, 0o644);
  const text = render(await checkTls(subject, NOW_MS));
  assert.match(text, /^warn others may read the private key in .*own\.pem$/m);
  assert.match(text, /^warn the certificate for the other servers does not name zoo1, /m);
});

test('doctor tls: no key, no file → fail with the setting and the path', async (t) => {
  const { subject, own } = await subjectOf(t, 'zoo1');
  writeFileSync(own, 'nothing');
  assert.match(
    render(await checkTls(subject)),
    /^fail ssl\.quorum\.keyStore\.location=.*own\.pem: /,
  );
  const missing = makeSubject(t, ['secureClientPort=1', 'ssl.keyStore.location=FOLDER/none.pem']);
  assert.match(
    render(await checkTls(missing)),
    /^fail ssl\.keyStore\.location=.*none\.pem cannot be /,
  );
});

test('doctor tls: stores that nothing uses → not looked at', async (t) => {
  const subject = makeSubject(t, ['clientPort=1', 'ssl.keyStore.location=FOLDER/none.pem']);
  assert.deepEqual(await checkTls(subject), []);
});
