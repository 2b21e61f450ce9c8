import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createAuthority } from '../../../src/tools/init/certificates.ts';

/** What the server knows the client as; nothing when either refuses the other. */
async function shakeHands(t: TestContext, pems: { ca: string; server: string; client?: string }) {
  const { ca, server: own, client } = pems;
  const server = createServer({ key: own, cert: own, ca, requestCert: true });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.end(String(socket.getPeerCertificate().subject?.CN));
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const credentials = client === undefined ? {} : { key: client, cert: client };
  const socket = connect({ port, host: '127.0.0.1', ca, ...credentials });
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test('certificates: members and clients of one authority → trust each other', async (t) => {
  const authority = await createAuthority(Date.now());
  const ca = authority.certificatePem;
  const server = await authority.issue({ name: 'zoo1', hosts: ['127.0.0.1', 'zoo1.example'] });
  const client = await authority.issue({ name: 'client', hosts: [] });
  assert.equal(await shakeHands(t, { ca, server, client }), 'client');
  // A member calls another as a client does.
  assert.equal(await shakeHands(t, { ca, server, client: server }), 'zoo1');
});

test('certificates: another authority, no certificate, a client as a server → refused', async (t) => {
  const authority = await createAuthority(Date.now());
  const ca = authority.certificatePem;
  const server = await authority.issue({ name: 'zoo1', hosts: ['127.0.0.1'] });
  const client = await authority.issue({ name: 'client', hosts: [] });
  const other = await createAuthority(Date.now());
  const stranger = await other.issue({ name: 'client', hosts: [] });
  assert.equal(await shakeHands(t, { ca, server, client: stranger }), '');
  assert.equal(await shakeHands(t, { ca, server }), '');
  assert.equal(await shakeHands(t, { ca, server: client, client }), '');
});

test('certificates: what they say → names, dates, who may sign', async () => {
  const nowMs = Date.UTC(2028, 1, 29);
  const authority = await createAuthority(nowMs);
  const root = new X509Certificate(authority.certificatePem);
  assert.ok(root.ca);
  assert.equal(root.subject, 'CN=Zooid ensemble authority');
  const hosts = ['zoo1.example', '10.0.0.1', '::1'];
  const member = new X509Certificate(await authority.issue({ name: 'zoo1.example', hosts }));
  assert.ok(!member.ca);
  assert.ok(member.verify(root.publicKey));
  assert.equal(member.checkHost('zoo1.example'), 'zoo1.example');
  assert.equal(member.checkHost('zoo2.example'), undefined);
  for (const ip of ['10.0.0.1', '::1']) assert.equal(member.checkIP(ip), ip);
  assert.ok(Date.parse(member.validFrom) < nowMs);
  assert.ok(Date.parse(member.validTo) > nowMs + 700 * 86_400_000);
  assert.notEqual(member.serialNumber, root.serialNumber);
});
