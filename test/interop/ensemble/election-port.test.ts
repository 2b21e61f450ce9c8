// The election port against real Java servers that look for a leader: who dials whom depends on
// the ids, and on either way each hears the other's notifications. The judge is Java's answer: it
// takes over a higher round and says so.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  encodeNotification,
  type ReceivedNotification,
  readNotification,
  ServerState,
} from '../../../src/protocol/records/election.ts';
import {
  findFreePorts,
  makeEnsemble,
  type TestElectionPort,
} from '../../server/quorum/election-ports.ts';
import {
  type JavaVersion,
  javaProgram,
  javaServerAvailability,
  quickJvmFlags,
} from '../java-server.ts';
import { type SpawnedServer, spawnServer } from '../running-server.ts';

const JAVA_SID = 2;

const startJava = async (
  t: TestContext,
  version: JavaVersion,
  electionPorts: ReadonlyMap<number, number>,
): Promise<SpawnedServer> => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-election-'));
  writeFileSync(path.join(dataDir, 'myid'), `${JAVA_SID}\n`);
  const servers: Record<string, string> = {};
  const [clientPort = 0, ...quorumPorts] = await findFreePorts(4, [...electionPorts.values()]);
  for (const [sid, port] of electionPorts) {
    servers[`server.${sid}`] = `127.0.0.1:${quorumPorts[sid - 1]}:${port}`;
  }
  const program = await javaProgram({ version, jvmFlags: quickJvmFlags });
  const config = { tickTime: '500', initLimit: '10', syncLimit: '5', ...servers };
  const java = spawnServer({ ...program, dataDir, config }, clientPort);
  t.after(async () => {
    await java.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  return java;
};

/** The first notification of the Java server that the test is for; those before it are forgotten. */
const hears = async (
  port: TestElectionPort,
  isWanted: (notification: ReceivedNotification) => boolean,
): Promise<ReceivedNotification> => {
  let found: ReceivedNotification | undefined;
  await port.until(() => {
    for (const { from, text } of port.heard.splice(0)) {
      const read = readNotification(Buffer.from(text, 'latin1'));
      assert.equal(read.kind, 'notification', JSON.stringify(read));
      if (from === JAVA_SID && read.kind === 'notification' && isWanted(read)) found ??= read;
    }
    return found !== undefined;
  });
  assert.ok(found !== undefined);
  return found;
};

for (const version of ['3.8', '3.9'] as const) {
  for (const [sid, side] of [
    [1, 'smaller'],
    [3, 'larger'],
  ] as const) {
    test(`election port: the ${side} id, a Java ${version} that looks → hear each other, also after a restart`, async (t) => {
      const java = await javaServerAvailability(version);
      if (!java.available) return t.skip(java.reason);
      const ensemble = await makeEnsemble(t, [1, 2, 3]);
      const electionPorts = new Map([1, 2, 3].map((each) => [each, ensemble.portOf(each)]));
      const port = await ensemble.start(sid);
      await startJava(t, version, electionPorts);
      const first = await hears(port, () => true);
      assert.deepEqual(
        [first.state, first.leader, first.zxid, first.peerEpoch],
        [ServerState.LOOKING, JAVA_SID, 0, 0],
      );
      assert.match(first.config ?? '', /^server\.1=127\.0\.0\.1:[\s\S]*\nversion=0$/);
      // A vote that Java does not take over: with a quorum it would stop looking.
      const vote = { ...first, leader: 1 };
      port.port.send(JAVA_SID, encodeNotification({ ...vote, electionEpoch: 50 }));
      const answer = await hears(port, ({ electionEpoch }) => electionEpoch === 50);
      assert.deepEqual([answer.state, answer.leader], [ServerState.LOOKING, JAVA_SID]);
      assert.deepEqual(port.changes.slice(0, 1), [`up ${JAVA_SID}`]);
      port.port.close();
      const again = await ensemble.start(sid);
      again.port.send(JAVA_SID, encodeNotification({ ...vote, electionEpoch: 60 }));
      const late = await hears(again, ({ electionEpoch }) => electionEpoch === 60);
      assert.equal(late.state, ServerState.LOOKING);
      assert.deepEqual([...again.port.refusals], []);
    });
  }
}
