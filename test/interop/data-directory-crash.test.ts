// Servers that are killed with -9 under load and whose data directory another kind of server then
// takes: Java's by Zooid, Zooid's by Java, and back. Every acknowledged write is there, nothing is
// there out of order, sessions live on with their ephemerals, and TTL nodes, containers and quotas
// that one server made are looked after by the other. Snapshots are taken all the while.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { CrashSession } from './crash-session.ts';
import {
  type JavaVersion,
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from './java-server.ts';
import {
  createBody,
  createTtlBody,
  pathVersionBody,
  pathWatchBody,
  setDataBody,
} from './raw-body.ts';
import { Op, RawClient, type RawReply } from './raw-client.ts';
import type { RunningServer } from './running-server.ts';
import { clientTestProperties } from './side-by-side.ts';
import { startZooidServer, zooidServerAvailability } from './zooid-server.ts';

type Kind = JavaVersion | 'zooid';

const SESSIONS = 4;
const WRITES = 1_500;
const ROUNDS = 3;

/** The reaper of the server that is killed never comes; the last one's comes at once. */
const start = (kind: Kind, dataDir: string, isReaping = false): Promise<RunningServer> => {
  const systemProperties = {
    ...clientTestProperties,
    'zookeeper.snapCount': '300',
    'zookeeper.preAllocSize': '1024',
    'zookeeper.enforceQuota': 'true',
    'znode.container.checkIntervalMs': isReaping ? '100' : '600000',
  };
  const options = { dataDir, systemProperties };
  return kind === 'zooid'
    ? startZooidServer(options)
    : startJavaServer({ ...options, version: kind, jvmFlags: quickJvmFlags });
};

const limits = 'count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=';

const makeLastingThings = async (client: RawClient): Promise<void> => {
  await client.must(Op.createContainer, createBody('/container', { flags: 4 }));
  await client.must(Op.create, createBody('/container/child'));
  await client.must(Op.createTTL, createTtlBody('/ttl', 1n));
  await client.must(Op.createTTL, createTtlBody('/long', 86_400_000n));
  await client.must(Op.create, createBody('/q'));
  await client.must(Op.create, createBody('/q/one', { data: 'four' }));
  const quota = '/zookeeper/quota/q';
  await client.must(Op.create, createBody(quota));
  await client.must(Op.create, createBody(`${quota}/zookeeper_limits`, { data: `${limits}2` }));
  await client.must(Op.create, createBody(`${quota}/zookeeper_stats`, { data: 'count=0,bytes=0' }));
};

const get = async (client: RawClient, name: string): Promise<string> => {
  const { body } = await client.must(Op.getData, pathWatchBody(name));
  return body.toString('utf8', 4, 4 + body.readInt32BE(0));
};

/** Resolves when the node goes; its end is an event. */
const untilGone = async (client: RawClient, name: string): Promise<void> => {
  const reply = await client.request(Op.exists, pathWatchBody(name, true));
  if (reply?.err === -101) return;
  assert.equal(reply?.err, 0);
  const frame = client.events.length > 0 ? Buffer.alloc(0) : await client.connection.nextFrame();
  assert.ok(frame !== undefined, 'The server is there.');
  client.events.length = 0;
  const after = await client.request(Op.exists, pathWatchBody(name));
  assert.equal(after?.err, -101, `${name} is gone`);
};

const checkLastingThings = async (client: RawClient): Promise<void> => {
  await client.must(Op.exists, pathWatchBody('/long'));
  await untilGone(client, '/ttl');
  await client.must(Op.delete, pathVersionBody('/container/child'));
  await untilGone(client, '/container');
  const stats = '/zookeeper/quota/q/zookeeper_stats';
  assert.equal(await get(client, stats), 'count=2,bytes=5', 'What is below the quota was counted.');
  const refused: RawReply | undefined = await client.request(Op.create, createBody('/q/two'));
  assert.equal(refused?.err, -125, 'The hard limit holds.');
  await client.must(Op.setData, setDataBody('/zookeeper/quota/q/zookeeper_limits', `${limits}3`));
  await client.must(Op.create, createBody('/q/two', { data: 'xyz' }));
  assert.equal(await get(client, stats), 'count=3,bytes=8');
};

/** Writes by all sessions at once; the server is killed in the middle of it. */
const writeAndKill = async (
  server: RunningServer,
  sessions: readonly CrashSession[],
): Promise<void> => {
  let left = WRITES;
  let killed: Promise<void> | undefined;
  const count = (): void => {
    left -= 1;
    if (left === 0) killed = server.kill();
  };
  await Promise.all(sessions.map((session) => session.writeUntilTheEnd(count)));
  await killed;
  assert.ok(left <= 0, 'The server was killed, it did not end by itself.');
};

const takeOver = async (
  server: RunningServer,
  sessions: readonly CrashSession[],
): Promise<void> => {
  for (const session of sessions) {
    assert.ok(await session.reconnect(server.port), `The session of ${session.root} lives on.`);
    assert.equal(await session.findState(), undefined, session.root);
    const { body } = await session.client.must(Op.exists, pathWatchBody(`${session.root}/e`));
    assert.equal(body.readBigInt64BE(44), session.client.sessionId, 'Its ephemeral is there.');
  }
};

const checkEnd = async (
  server: RunningServer,
  sessions: readonly CrashSession[],
): Promise<void> => {
  const reader = await RawClient.connect(server.port);
  for (const session of sessions) {
    await session.client.close();
    const gone = await reader.request(Op.exists, pathWatchBody(`${session.root}/e`));
    assert.equal(gone?.err, -101, 'An ephemeral ends with its session.');
  }
  await checkLastingThings(reader);
  await reader.close();
};

const crashInTurns = async (kinds: readonly Kind[], dataDir: string): Promise<void> => {
  const sessions: CrashSession[] = [];
  for (const [round, kind] of kinds.entries()) {
    const isLast = round === kinds.length - 1;
    const server = await start(kind, dataDir, isLast);
    try {
      if (round === 0) {
        for (let index = 0; index < SESSIONS; index += 1) {
          sessions.push(await CrashSession.open(server.port, `/crash-${index}`));
        }
        const maker = await RawClient.connect(server.port);
        await makeLastingThings(maker);
        await maker.close();
      } else {
        await takeOver(server, sessions);
      }
      if (isLast) await checkEnd(server, sessions);
      else await writeAndKill(server, sessions);
    } finally {
      await server.kill();
    }
  }
  const names = readdirSync(path.join(dataDir, 'version-2'));
  assert.ok(names.filter((name) => name.startsWith('snapshot.')).length > ROUNDS, names.join(' '));
  assert.ok(sessions.every((session) => session.acknowledged > 0));
};

const zooid = zooidServerAvailability();

for (const version of ['3.8', '3.9'] as const) {
  for (const kinds of [
    [version, 'zooid', version],
    ['zooid', version, 'zooid'],
  ] as const) {
    const names = kinds.map((kind) => (kind === 'zooid' ? 'Zooid' : `Java ${kind}`));
    test(`data directory: ${names.join(', ')}, killed under load → no write lost`, async (t) => {
      const java = await javaServerAvailability(version);
      if (!java.available) return t.skip(java.reason);
      if (!zooid.available) return t.skip(zooid.reason);
      const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-crash-'));
      try {
        await crashInTurns(kinds, dataDir);
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    });
  }
}
