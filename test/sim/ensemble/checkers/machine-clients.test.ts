import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MachineClient } from '../../../../src/sim/clients/machine-client.ts';
import type { SimMachineRequest } from '../../../../src/sim/clients/machine-request.ts';
import {
  checkMachineClients,
  talliesOf,
} from '../../../../src/sim/ensemble/checkers/machine-clients.ts';
import { awaitThat, startedEnsemble } from '../ensemble-rig.ts';

/** What was told in a quiet run, and what the checker says when that is changed by hand. */
function judged(change: (client: MachineClient) => void): string[] {
  const asksMax = 120;
  const ensemble = startedEnsemble({ config: { thinkUsMax: 2000, asksMax } });
  const client = ensemble.addMachineClient();
  awaitThat(ensemble, () => talliesOf([client])['requests'] === asksMax + 1);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  ensemble.runUntil(() => false, 1_000_000);
  const tallies = talliesOf([client]);
  assert.ok((tallies['watches'] ?? 0) > 20 && (tallies['events'] ?? 0) > 5);
  change(client);
  const found = checkMachineClients([client], ensemble.witness);
  return [...new Set(found.map(({ invariant }) => invariant))];
}

function find(client: MachineClient, fits: (request: SimMachineRequest) => boolean) {
  const request = client.settled.find(fits);
  assert.ok(request);
  return request;
}

const hasDone = ({ isWrite, outcomes }: SimMachineRequest) => {
  return isWrite && outcomes[0]?.kind === 'ok';
};

test('machine-clients: what was told in truth → nothing is found', () => {
  assert.deepEqual(
    judged(() => {}),
    [],
  );
});

test('machine-clients: a request that settles twice, or out of its turn → C1', () => {
  const twice = judged((client) => {
    const request = find(client, hasDone);
    request.outcomes.push({ kind: 'ok', value: undefined });
  });
  assert.deepEqual(twice, ['C1']);
  const turned = judged(({ settled }) => settled.reverse());
  assert.deepEqual(turned, ['C1']);
});

test('machine-clients: a write that was done and is told not to be → C2', () => {
  for (const outcome of ['notSent', 'failed'] as const) {
    const found = judged((client) => {
      const { outcomes } = find(client, hasDone);
      outcomes[0] = { kind: 'failed', failure: { code: 'ConnectionLoss', outcome } };
    });
    assert.deepEqual(found, ['C2']);
  }
});

test('machine-clients: a write that is told to be done and was not → C2', () => {
  const found = judged((client) => {
    const request = find(
      client,
      ({ isWrite, outcomes }) => isWrite && outcomes[0]?.kind === 'failed',
    );
    request.outcomes[0] = { kind: 'ok', value: undefined };
  });
  assert.deepEqual(found, ['C2']);
});

const hasHeard = ({ watching }: SimMachineRequest) => (watching?.events.length ?? 0) > 0;

test('machine-clients: a watch that is told twice, or of what never was → C3', () => {
  const twice = judged((client) => {
    const { watching } = find(client, hasHeard);
    watching?.events.push(...watching.events);
  });
  assert.deepEqual(twice, ['C3']);
  const invented = judged((client) => {
    const { watching } = find(client, hasHeard);
    const events = watching?.events;
    if (events?.[0]) events[0] = { ...events[0], path: '/m/elsewhere' };
  });
  assert.deepEqual(invented, ['C3']);
});

test('machine-clients: a watch that is not told of a change → C4', () => {
  const found = judged((client) => find(client, hasHeard).watching?.events.splice(0));
  assert.deepEqual(found, ['C4']);
});

test('machine-clients: a state that cannot follow → C5', () => {
  const found = judged(({ lives }) => lives[0]?.changes.splice(0, 1));
  assert.deepEqual(found, ['C5']);
});
