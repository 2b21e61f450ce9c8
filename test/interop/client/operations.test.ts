/** The client sees the same of Java's server and of ours, over their end and restart, too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, type WatchEvent, ZooKeeper } from '../../../src/client/index.ts';
import { gatedDial } from '../../client/gated-dial.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { type JavaVersion, javaServerAvailability, startJavaServer } from '../java-server.ts';
import type { RunningServer } from '../running-server.ts';
import { startZooidServer, zooidServerAvailability } from '../zooid-server.ts';
import { tellOperations, tellWatches, type Write } from './client-story.ts';

interface Kind {
  readonly name: string;
  readonly missing: string;
  start(dataDir: string, clientPort?: number): Promise<RunningServer>;
}

const config = { tickTime: '500', extendedTypesEnabled: 'true' };
const systemProperties = { 'zookeeper.extendedTypesEnabled': 'true' };

async function javaKind(version: JavaVersion): Promise<Kind> {
  return {
    name: `Java ${version}`,
    missing: (await javaServerAvailability(version)).reason,
    start: (dataDir, clientPort) =>
      startJavaServer({
        ...{ version, dataDir, config, systemProperties },
        ...(clientPort === undefined ? {} : { clientPort }),
      }),
  };
}

const KINDS: readonly Kind[] = [
  await javaKind('3.8'),
  await javaKind('3.9'),
  {
    name: 'Zooid',
    missing: zooidServerAvailability().reason,
    start: (dataDir, clientPort) =>
      startZooidServer({
        ...{ dataDir, config, systemProperties },
        ...(clientPort === undefined ? {} : { clientPort }),
      }),
  },
];

for (const [title, tell] of [
  ['every operation', tellOperations],
  ['watches', tellWatches],
] as [string, (zk: ZooKeeper, write: Write) => Promise<void>][]) {
  test(`client: ${title} → the same seen of Java’s servers and ours`, async (t) => {
    const missing = KINDS.map((kind) => kind.missing).join('');
    if (missing !== '') return t.skip(missing);
    const transcripts: string[][] = [];
    for (const kind of KINDS) {
      const server = await kind.start(makeDataDir(t));
      t.after(() => server.kill());
      const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
      const lines: string[] = [];
      try {
        await tell(zk, (line) => lines.push(line));
      } finally {
        await zk.close();
        await server.stop();
      }
      transcripts.push(lines);
    }
    const [java38, java39, zooid] = transcripts;
    t.diagnostic((java39 ?? []).join('\n'));
    assert.deepEqual(zooid, java39);
    assert.deepEqual(zooid, java38);
  });
}

for (const kind of KINDS) {
  test(`client: ${kind.name} killed and started again → session, ephemerals and watches go on`, async (t) => {
    if (kind.missing !== '') return t.skip(kind.missing);
    const dataDir = makeDataDir(t);
    const first = await kind.start(dataDir);
    const options = { sessionTimeoutMs: 10_000, reconnect: { baseMs: 20, maxMs: 100 } };
    const zk = await ZooKeeper.connect(`127.0.0.1:${first.port}`, options);
    t.after(() => zk.close());
    const { id } = zk.session;
    const events: string[] = [];
    const watch = (event: WatchEvent) => void events.push(`${event.type} ${event.path}`);
    await zk.create('/e', '', { mode: 'ephemeral' });
    await zk.create('/d', '');
    await zk.getData('/d', { watch });
    await zk.exists('/new', { watch });
    await zk.addWatch('/p', watch);
    await first.kill();
    const second = await kind.start(dataDir, first.port);
    t.after(() => second.kill());
    const { ephemeralOwner } = (await zk.exists('/e')) ?? { ephemeralOwner: 0n };
    assert.equal(ephemeralOwner, id);
    await zk.setData('/d', 'x');
    await zk.create('/new');
    await zk.create('/p');
    assert.deepEqual(events, [
      ...['continuityBroken /p', 'nodeDataChanged /d', 'nodeCreated /new', 'nodeCreated /p'],
    ]);
  });

  test(`client: ${kind.name}, session taken up elsewhere and closed → expired`, async (t) => {
    if (kind.missing !== '') return t.skip(kind.missing);
    const server = await kind.start(makeDataDir(t));
    t.after(() => server.kill());
    const address = `127.0.0.1:${server.port}`;
    const gate = gatedDial();
    const options = { reconnect: { baseMs: 20 }, deps: { dial: gate.dial } };
    const zk = await ZooKeeper.connect(address, options);
    t.after(() => zk.close());
    const lost = new Promise<void>((resolve) => {
      zk.onState(({ state }) => state === 'disconnected' && resolve());
    });
    // Else it would take the session back at once.
    gate.isOpen = false;
    const thief = await ZooKeeper.connect(address, { session: zk.session });
    await thief.close();
    await lost;
    gate.isOpen = true;
    await assert.rejects(zk.connected(), (error) => isZooKeeperError(error, 'SessionExpired'));
    assert.equal(zk.state, 'expired');
  });
}
