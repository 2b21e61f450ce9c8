/** TLS in front of our own server: a proxy of this test ends the encryption. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer, type TlsOptions as ServerOptions } from 'node:tls';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { cleanUp, startEmbedded, temporaryDirectory } from '../../server/embedded-server.ts';
import { makeCertificate } from './certificates.ts';

/** The port of a TLS proxy in front of a server. */
async function startProxy(t: TestContext, options: ServerOptions): Promise<number> {
  const server = await startEmbedded(t);
  const proxy = createServer(options, (socket) => {
    const plain = connect(server.port, '127.0.0.1');
    socket.pipe(plain).pipe(socket);
    for (const each of [socket, plain]) each.on('error', () => plain.destroy());
  });
  proxy.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  cleanUp(t, () => void proxy.close());
  return (proxy.address() as AddressInfo).port;
}

test('TLS: PEM and PKCS12, both sides proven → connected', async (t) => {
  const folder = temporaryDirectory(t);
  const missing = makeCertificate(folder, 'server') ?? makeCertificate(folder, 'client');
  if (missing !== undefined) return t.skip(missing);
  const read = (name: string) => readFileSync(join(folder, name));
  const port = await startProxy(t, {
    ...{ key: read('server.key'), cert: read('server.pem'), ca: [read('client.pem')] },
    ...{ requestCert: true, rejectUnauthorized: true },
  });
  const ca = read('server.pem');
  const pem = { ca, key: read('client.key'), cert: read('client.pem') };
  const pfx = { ca, pfx: read('client.p12'), passphrase: 'secret' };
  for (const tls of [pem, pfx]) {
    const zk = await ZooKeeper.connect(`127.0.0.1:${port}`, { tls, timeoutMs: 10_000 });
    const data = new Uint8Array(300_000).fill(7);
    await zk.create('/a', data);
    const written = await Promise.all(Array.from({ length: 50 }, () => zk.getData('/a')));
    assert.ok(written.every((each) => Buffer.compare(each.data, data) === 0));
    await zk.delete('/a');
    await zk.create('/e', '', { mode: 'ephemeral' });
    await zk.close();
  }
  // The ends of the sessions arrived: the second one could make the same ephemeral.
});

test('TLS: certificate that is not trusted → not connected, and why', async (t) => {
  const folder = temporaryDirectory(t);
  const missing = makeCertificate(folder, 'server');
  if (missing !== undefined) return t.skip(missing);
  const read = (name: string) => readFileSync(join(folder, name));
  const port = await startProxy(t, { key: read('server.key'), cert: read('server.pem') });
  await assert.rejects(
    ZooKeeper.connect(`127.0.0.1:${port}`, { tls: {}, timeoutMs: 2000 }),
    (error) => isZooKeeperError(error, 'RequestTimeout') && /self-signed/.test(error.message),
  );
});

test('TLS: server without it → not connected', async (t) => {
  const server = await startEmbedded(t);
  await assert.rejects(
    ZooKeeper.connect(`127.0.0.1:${server.port}`, { tls: {}, timeoutMs: 1000 }),
    (error) => isZooKeeperError(error, 'RequestTimeout'),
  );
});

test('TLS: key material that cannot be read → BadArguments at once', () => {
  for (const tls of [{ key: 'nonsense' }, { pfx: Buffer.from('x'), passphrase: 'y' }]) {
    assert.throws(
      () => new ZooKeeper('127.0.0.1:1', { tls }),
      (error) => isZooKeeperError(error, 'BadArguments') && /tls: /.test(error.message),
    );
  }
});
