// Servers take turns on one data directory: Java, Zooid, Java again. Every node with every Stat
// field, every session and the tree digest must be the same after each change of hands, whoever
// wrote the snapshot and the log; and each must be able to go on writing.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { diskProperties, fillDataDirectory, type NodeState, readTree } from './disk-session.ts';
import {
  type JavaVersion,
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from './java-server.ts';
import { createBody, pathVersionBody, pathWatchBody, setDataBody } from './raw-body.ts';
import { Op, RawClient } from './raw-client.ts';
import type { RunningServer } from './running-server.ts';
import { startZooidServer, zooidServerAvailability } from './zooid-server.ts';

type Start = (dataDir: string, more?: Record<string, string>) => Promise<RunningServer>;

const startJava =
  (version: JavaVersion): Start =>
  (dataDir, more = {}) =>
    startJavaServer({
      ...{ version, dataDir, jvmFlags: quickJvmFlags },
      systemProperties: { ...diskProperties, ...more },
    });

const startZooid: Start = (dataDir, more = {}) =>
  startZooidServer({ dataDir, systemProperties: { ...diskProperties, ...more } });

const versionFolder = (dataDir: string): string => path.join(dataDir, 'version-2');

const newestSnapshot = (dataDir: string): string => {
  const zxidOf = (name: string): bigint => BigInt(`0x${name.split('.')[1] ?? '0'}`);
  const names = readdirSync(versionFolder(dataDir)).filter((name) => name.startsWith('snapshot.'));
  const newest = names.sort((a, b) => (zxidOf(a) < zxidOf(b) ? -1 : 1)).at(-1);
  assert.ok(newest !== undefined, 'There is no snapshot.');
  return newest;
};

interface Trailer {
  readonly zxid: bigint;
  readonly digest: bigint;
}

/** zxid, version 2, digest, seal; with 3.9 another zxid and seal. A seal is 13 bytes. */
const readTrailer = (file: string): Trailer => {
  const raw = readFileSync(file);
  const bytes = file.endsWith('.gz') ? gunzipSync(raw) : raw;
  for (const end of [bytes.length - 13, bytes.length - 34]) {
    if (bytes.readInt32BE(end - 12) === 2) {
      return { zxid: bytes.readBigInt64BE(end - 20), digest: bytes.readBigInt64BE(end - 8) };
    }
  }
  throw new Error(`${file} ends without a digest.`);
};

/** Each server stamps /zookeeper/config at its own start; nothing else may move by itself. */
const comparable = (nodes: readonly NodeState[]): NodeState[] =>
  nodes.filter(({ path: name }) => name !== '/zookeeper/config');

const change = async (port: number, name: string): Promise<void> => {
  const client = await RawClient.connect(port);
  await client.must(Op.create, createBody(`/by-${name}`, { data: name }));
  await client.must(Op.create, createBody('/plain/seq-', { flags: 2 }));
  await client.must(Op.setData, setDataBody('/plain', `by ${name}`));
  await client.must(Op.create, createBody(`/by-${name}/e`, { flags: 1 }));
  await client.close();
};

const folders: string[] = [];

test.afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const makeFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-turns-'));
  folders.push(folder);
  return folder;
};

interface Turn {
  readonly name: string;
  readonly start: Start;
  readonly properties?: Record<string, string>;
}

/**
 * Fills the directory with the first server and hands it on. Each next server must show the tree
 * that the one before it had, begin with a snapshot whose digest proves it, and write on.
 */
const takeTurns = async (turns: readonly Turn[]): Promise<void> => {
  const dataDir = makeFolder();
  let before: NodeState[] | undefined;
  let owner: RawClient | undefined;
  for (const turn of turns) {
    const server = await turn.start(dataDir, turn.properties);
    try {
      if (owner === undefined) owner = await fillDataDirectory(server.port);
      else {
        // The session lives on: its password is right, its ephemerals are there.
        const { sessionId, passwd } = owner;
        const again = await RawClient.connect(server.port, { sessionId, passwd });
        assert.equal(again.sessionId, sessionId, `${turn.name} knows the session`);
        await again.must(Op.exists, pathWatchBody('/plain/ephemeral'));
        again.connection.destroy();
      }
      const seen = comparable(await readTree(server.port));
      if (before !== undefined) assert.deepEqual(seen, before, `${turn.name} shows the same tree`);
      await change(server.port, turn.name);
      before = comparable(await readTree(server.port));
    } finally {
      await server.stop();
    }
  }
  owner?.connection.destroy();
};

const zooid = zooidServerAvailability();
const gz = { 'zookeeper.snapshot.compression.method': 'gz' };
const digestOff = { 'zookeeper.digest.enabled': 'false' };
const unforced = { 'zookeeper.serializeLastProcessedZxid.enabled': 'false' };

for (const version of ['3.8', '3.9'] as const) {
  const java = startJava(version);
  test(`data directory: Java ${version} → Zooid → Java → same tree, each writes on`, async (t) => {
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    await takeTurns([
      { name: 'java-1', start: java },
      { name: 'zooid-2', start: startZooid },
      { name: 'java-3', start: java },
      { name: 'zooid-4', start: startZooid },
    ]);
  });

  test(`data directory: Zooid → Java ${version} → Zooid → same tree, each writes on`, async (t) => {
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    await takeTurns([
      { name: 'zooid-1', start: startZooid },
      { name: 'java-2', start: java },
      { name: 'zooid-3', start: startZooid },
      { name: 'java-4', start: java },
    ]);
  });

  test(`data directory: gz snapshots, Java ${version} and Zooid in turn → same tree`, async (t) => {
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    await takeTurns([
      { name: 'java-1', start: java, properties: gz },
      { name: 'java-2', start: java, properties: gz },
      { name: 'zooid-3', start: startZooid, properties: gz },
      { name: 'zooid-4', start: startZooid, properties: gz },
      { name: 'java-5', start: java, properties: gz },
    ]);
  });

  test(`data directory: digests off, Java ${version} and Zooid in turn → same tree`, async (t) => {
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    const properties = { ...digestOff, ...unforced };
    await takeTurns([
      { name: 'java-1', start: java, properties },
      { name: 'zooid-2', start: startZooid, properties },
      { name: 'java-3', start: java, properties },
    ]);
  });

  test(`data directory: Java ${version} and Zooid snapshot one state → equal digests`, async (t) => {
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    const digests: Trailer[] = [];
    const dataDir = makeFolder();
    const first = await startZooid(dataDir);
    const owner = await fillDataDirectory(first.port);
    await first.stop();
    owner.connection.destroy();
    for (const start of [java, startZooid, java]) {
      // A server begins with a snapshot of what it loaded, before anything changes.
      const server = await start(dataDir);
      await server.stop();
      digests.push(readTrailer(path.join(versionFolder(dataDir), newestSnapshot(dataDir))));
      rmSync(path.join(versionFolder(dataDir), newestSnapshot(dataDir)));
    }
    assert.ok((digests[0]?.digest ?? 0n) !== 0n);
    assert.deepEqual(digests[1], digests[0]);
    assert.deepEqual(digests[2], digests[0]);
  });
}

test('data directory: killed in the middle, Zooid → Java → every acknowledged write', async (t) => {
  const available = await javaServerAvailability('3.9');
  if (!available.available) return t.skip(available.reason);
  if (!zooid.available) return t.skip(zooid.reason);
  const dataDir = makeFolder();
  const first = await startZooid(dataDir);
  const client = await RawClient.connect(first.port, { timeOut: 40_000 });
  await client.must(Op.create, createBody('/kept'));
  for (let index = 0; index < 200; index += 1) {
    await client.must(Op.create, createBody('/kept/n-', { flags: 2 }));
  }
  await client.must(Op.delete, pathVersionBody('/kept/n-0000000100'));
  const before = (await client.must(Op.getChildren2, pathWatchBody('/kept'))).body.subarray(-68);
  await first.kill();
  client.connection.destroy();
  const second = await startJava('3.9')(dataDir);
  const reader = await RawClient.connect(second.port);
  const seen = (await reader.must(Op.getChildren2, pathWatchBody('/kept'))).body.subarray(-68);
  await reader.close();
  await second.stop();
  assert.equal(seen.toString('hex'), before.toString('hex'));
});
