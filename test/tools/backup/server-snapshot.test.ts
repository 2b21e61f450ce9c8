/** Against a stand-in of the AdminServer, which sends what it is told. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { planRestore } from '../../../src/tools/backup/plan-restore.ts';
import { replay } from '../../../src/tools/backup/replay.ts';
import { backUpServer } from '../../../src/tools/backup/server-snapshot.ts';
import { verifyBackup } from '../../../src/tools/backup/verify-backup.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeFolder } from '../tool-run.ts';

const AUTH = 'digest user:password';

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where somebody listened a moment ago. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}

const send =
  (bytes: Uint8Array, zxid = '0x27'): RequestListener =>
  (_, response) =>
    response.writeHead(200, { last_zxid: zxid, snapshot_size: bytes.length }).end(bytes);

test('server snapshot: asked for with the authorization → a chain, by which is restored', async (t) => {
  const target = makeFolder(t);
  for (const [number, suffix] of ['', '-gz', '-snappy'].entries()) {
    const capture = `java-3.9.5${suffix}`;
    const bytes = goldenFile(capture, `snapshot.27${suffix.replace('-', '.')}`);
    let asked = '';
    const server = await serve(t, (request, response) => {
      asked = `${request.method} ${request.url} ${request.headers.authorization}`;
      send(bytes)(request, response);
    });
    const result = await backUpServer({ target, server, auth: AUTH });
    const chain = `chain-${number + 1}`;
    assert.deepEqual(result, { chain, zxid: 0x27, txns: 0, snapshots: 1 });
    assert.equal(asked, `GET /commands/snapshot?streaming=true ${AUTH}`);
  }
  assert.ok(existsSync(join(target, 'chain-2', 'version-2', 'snapshot.27.gz')));
  assert.ok(existsSync(join(target, 'chain-3', 'version-2', 'snapshot.27.snappy')));
  await verifyBackup(target);
  const { tree } = replay(planRestore(target, { zxid: 0x27 }));
  assert.ok(tree.childNames(tree.root).includes('plain'));
});

test('server snapshot: it comes byte by byte at first → its compression is seen all the same', async (t) => {
  const target = makeFolder(t);
  const bytes = goldenFile('java-3.9.5-snappy', 'snapshot.27.snappy');
  const server = await serve(t, async (_, response) => {
    response.writeHead(200, { last_zxid: '0x27' });
    for (let at = 0; at < 9; at++) {
      response.write(bytes.subarray(at, at + 1));
      await setImmediate();
    }
    response.end(bytes.subarray(9));
  });
  await backUpServer({ target, server, auth: undefined });
  assert.ok(existsSync(join(target, 'chain-1', 'version-2', 'snapshot.27.snappy')));
});

test('server snapshot: refused, cut off, damaged, nobody there → one sentence, no chain', async (t) => {
  const whole = goldenFile('java-3.9.5', 'snapshot.27');
  const refusing: RequestListener = (_, response) =>
    response.writeHead(401).end('{\n  "error" : "Auth info is missing for the command"\n}');
  const cutting: RequestListener = (_, response) => {
    response.writeHead(200, { last_zxid: '0x27', 'content-length': whole.length });
    response.write(whole.subarray(0, 1000), () => response.destroy());
  };
  const cuttingReason: RequestListener = (_, response) => {
    response.writeHead(500, { 'content-length': 1000 });
    response.write('{', () => response.destroy());
  };
  const cases: [answer: RequestListener, said: RegExp][] = [
    [refusing, /\(401: Auth info is missing for the command\); say who asks, as by --auth/],
    [cutting, /cut its answer off \(.*\): run this again\./],
    [cuttingReason, /cut its answer off \(.*\): run this again\./],
    [send(whole.subarray(0, 1000)), /snapshot\.27 is no whole snapshot: at offset \d+/],
    [send(whole, 'soon'), /sends a snapshot without its zxid/],
    [(_, response) => response.end('hello'), /gives no snapshot \(200: OK\); it must be an Admin/],
  ];
  const target = makeFolder(t);
  for (const [answer, said] of cases) {
    const server = await serve(t, answer);
    await assert.rejects(backUpServer({ target, server, auth: undefined }), said);
    assert.equal(existsSync(join(target, 'manifest.json')), false);
  }
  const nobody = backUpServer({ target, server: await closedPort(), auth: undefined });
  const unreached = /cannot be reached \(.*ECONNREFUSED.*\): name the port of the AdminServer/;
  await assert.rejects(nobody, unreached);
  const strange = backUpServer({ target, server: 'http://', auth: undefined });
  await assert.rejects(strange, /is no server: host:port/);
});
