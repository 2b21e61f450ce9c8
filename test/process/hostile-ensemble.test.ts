/** Garbage at the election and quorum ports of three servers at work: nothing happens to them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import type { EnsembleMember } from '../interop/ensemble/ensemble-member.ts';
import { kindsAvailability } from '../interop/ensemble/member-kinds.ts';
import { RecordingLoad } from '../interop/ensemble/recording-load.ts';
import { TestEnsemble } from '../interop/ensemble/test-ensemble.ts';
import { electionBytes, type HostileBytes, quorumBytes } from './hostile-packets.ts';

const KINDS = ['zooid', 'zooid', 'zooid'] as const;
const SILENT_CONNECTIONS = 300;
/** What is not closed at once is held open until the end, as half a packet is. */
const HOLD_MS = 20;

async function open(port: number, held: Socket[]): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.resume();
  held.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function attack(
  port: number,
  inputs: readonly HostileBytes[],
  held: Socket[],
): Promise<void> {
  for (const { bytes } of inputs) {
    const socket = await open(port, held);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(bytes);
    const timer = new Promise<void>((resolve) => setTimeout(resolve, HOLD_MS));
    await Promise.race([closed, timer]);
  }
}

function epochsOf({ dataDir }: EnsembleMember): string[] {
  return ['acceptedEpoch', 'currentEpoch'].map((name) =>
    readFileSync(path.join(dataDir, 'version-2', name), 'utf8'),
  );
}

test('hostile ensemble: garbage at every port under load → same leader, same epochs, nothing lost', async (t) => {
  const missing = await kindsAvailability(KINDS);
  if (!missing.available) return t.skip(missing.reason);
  const ensemble = await TestEnsemble.create({ kinds: KINDS });
  const held: Socket[] = [];
  let load: RecordingLoad | undefined;
  try {
    await ensemble.start();
    load = await RecordingLoad.start(ensemble);
    await load.progress(100);
    const before = { modes: await ensemble.modes(), epochs: ensemble.members.map(epochsOf) };
    for (const { ports } of ensemble.members) {
      await attack(ports.election, electionBytes, held);
      await attack(ports.quorum, quorumBytes, held);
      await load.progress(20);
    }
    for (const { ports } of ensemble.members) {
      for (let i = 0; i < SILENT_CONNECTIONS; i++) {
        await open(i % 2 === 0 ? ports.election : ports.quorum, held);
      }
    }
    await load.progress(100);
    assert.deepEqual(await ensemble.modes(), before.modes);
    assert.deepEqual(ensemble.members.map(epochsOf), before.epochs);
    const report = await load.finish();
    t.diagnostic(JSON.stringify(report));
    assert.equal(report.losses, 0, 'no session was cut off');
    for (const { hasCrashed } of ensemble.members) assert.equal(hasCrashed, false);
    for (const { output } of ensemble.members) {
      assert.doesNotMatch(output, /AssertionError|\n +at /);
      assert.match(output, /quorum connection closed.*(malformed packet|does not lead)/);
      assert.match(output, /election connection refused.*malformed/);
      assert.match(output, /another server has the same myid/);
    }
  } catch (error) {
    t.diagnostic(await ensemble.describe());
    throw error;
  } finally {
    load?.destroy();
    for (const socket of held) socket.destroy();
    await ensemble.end();
  }
});
