import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MachineClient } from '../../../src/sim/clients/machine-client.ts';
import { talliesOf } from '../../../src/sim/ensemble/checkers/machine-clients.ts';
import type { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import { awaitThat, startedEnsemble } from '../ensemble/ensemble-rig.ts';

const FEW = { thinkUsMax: 2000, asksMax: 40 };

/** It has asked all that it may, and has been answered. */
function asked(ensemble: Ensemble): MachineClient {
  const client = ensemble.addMachineClient();
  awaitThat(ensemble, () => talliesOf([client])['requests'] === FEW.asksMax + 1);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  return client;
}

test('machine-client: no faults → connected, and every request is answered and in the history', () => {
  const ensemble = startedEnsemble({ config: FEW });
  const client = asked(ensemble);
  const [life] = client.lives;
  assert.deepEqual(
    life?.changes.slice(0, 2).map(({ state }) => state),
    ['associating', 'connected'],
  );
  const connections = ensemble.history.connections.filter(({ client: of }) => of === client.index);
  const replies = connections.flatMap(({ asked: all }) =>
    all.filter(({ reply }) => reply !== null),
  );
  assert.ok(replies.length > FEW.asksMax / 2);
  assert.ok(life?.requests.every(({ outcomes }) => outcomes.length === 1));
  assert.ok(ensemble.witness.model.sessions.has(client.sessionId));
});

test('machine-client: its server is gone → the same session at another one', () => {
  const ensemble = startedEnsemble({ config: FEW });
  const client = asked(ensemble);
  const { sessionId } = client;
  const { server } = ensemble.history.connections.at(-1) ?? {};
  ensemble.crash(ensemble.peer(server ?? 0), 'kill');
  awaitThat(ensemble, () => client.state === 'disconnected');
  awaitThat(ensemble, () => client.isSettled);
  assert.equal(client.sessionId, sessionId);
  assert.notEqual(ensemble.history.connections.at(-1)?.server, server);
});

test('machine-client: nobody listens → it goes on trying, and what it asks waits', () => {
  const ensemble = startedEnsemble({ config: FEW });
  for (const peer of ensemble.peers.values()) ensemble.crash(peer, 'kill');
  const client = ensemble.addMachineClient();
  ensemble.runUntil(() => false, 100_000);
  assert.ok(!client.isSettled);
  assert.equal(client.settled.length, 0);
  for (const peer of ensemble.peers.values()) peer.boot();
  awaitThat(ensemble, () => client.settled.length > 0);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
});
