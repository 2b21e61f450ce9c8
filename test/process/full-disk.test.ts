import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { RawClient } from '../interop/raw-client.ts';
import { RecordingWriter } from './recording-writer.ts';
import {
  makeDataDir,
  missingServer,
  ServerProcess,
  type ServerProcessOptions,
} from './server-process.ts';
import { mountSmallDisk } from './small-disk.ts';

/** Writes until the server ends, restarts it once there is room, and checks the books. */
async function fillUntilItEnds(
  options: ServerProcessOptions,
  makeRoom: () => ServerProcessOptions,
): Promise<ServerProcess> {
  const writer = new RecordingWriter(0, new Prng(2), 32);
  const server = await ServerProcess.start(options);
  const client = await RawClient.connect(server.port);
  await writer.prepare(client);
  await writer.connect(server.port, 5_000);
  await writer.run(() => false);
  const { code, signal } = await server.ended;
  assert.deepEqual([code, signal], [1, null], server.output);
  assert.ok(writer.counts.acknowledged > 100, 'the disk was full too soon');

  const next = await ServerProcess.start(makeRoom());
  await writer.connect(next.port, 5_000);
  await writer.verify();
  assert.equal((await next.stop()).code, 0, next.output);
  return server;
}

const PROPERTIES = { preAllocSize: '64', snapCount: '1000000' };

test('full disk: the log has no room → exit 1 with file and reason, nothing acknowledged is lost', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const disk = mountSmallDisk(t, '1m');
  if ('reason' in disk) return t.skip(disk.reason);
  const options = { dataDir: disk.place, properties: PROPERTIES };
  const server = await fillUntilItEnds(options, () => {
    spawnSync('mount', ['-o', 'remount,size=16m', disk.place]);
    return options;
  });
  assert.match(server.output, /the disk failed: the server stops file=log\.\w+ reason=.*ENOSPC/);
});

test('full disk: a snapshot has no room → exit 1 with file and reason, nothing is lost', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const disk = mountSmallDisk(t, '128k');
  if ('reason' in disk) return t.skip(disk.reason);
  const dataDir = path.join(disk.place, 'data');
  const filler = path.join(disk.place, 'filler');
  mkdirSync(dataDir);
  const options = {
    dataDir,
    config: { dataLogDir: makeDataDir(t) },
    properties: { ...PROPERTIES, snapCount: '300' },
  };
  // All but a few blocks are gone before the server begins.
  writeFileSync(filler, Buffer.alloc(96 * 1024));
  const server = await fillUntilItEnds(options, () => {
    rmSync(filler);
    spawnSync('mount', ['-o', 'remount,size=16m', disk.place]);
    return options;
  });
  assert.match(server.output, /the disk failed: the server stops file=tmp\.snapshot\.\w+.*ENOSPC/);
});

test('full disk: no room at the start → exit ≠ 0 and a line that names file and reason', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const disk = mountSmallDisk(t, '64k');
  if ('reason' in disk) return t.skip(disk.reason);
  const dataDir = path.join(disk.place, 'data');
  mkdirSync(path.join(dataDir, 'version-2'), { recursive: true });
  spawnSync('dd', ['if=/dev/zero', `of=${path.join(disk.place, 'filler')}`, 'bs=4096']);
  const server = await ServerProcess.spawn({ dataDir });
  assert.notEqual((await server.ended).code, 0);
  assert.match(server.output, /snapshot\.0.*ENOSPC/);
  assert.doesNotMatch(server.output, /^ {4}at /m);
});

test('full disk: a limit on file sizes → exit 1 with file and reason, nothing is lost', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  if (process.platform === 'win32') return t.skip('there is no ulimit');
  const options = { dataDir: makeDataDir(t), properties: { ...PROPERTIES, preAllocSize: '16' } };
  // Blocks of 512 or 1024 bytes, as the shell has it; the signal would end the process silently.
  const wrapper = ['sh', '-c', 'trap "" XFSZ; ulimit -f 512; exec "$@"', 'sh'];
  const server = await fillUntilItEnds({ ...options, wrapper }, () => options);
  assert.match(server.output, /the disk failed: the server stops file=log\.\w+ reason=.*EFBIG/);
});
