/** What members of an ensemble count, each by its role. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestEnsemble } from '../../../src/testing/index.ts';
import { createBody } from '../../interop/raw-body.ts';
import { Op, RawClient } from '../../interop/raw-client.ts';
import { askFourLetterWord } from '../../interop/running-server.ts';

async function figuresAt(port: number): Promise<ReadonlyMap<string, number>> {
  const lines = (await askFourLetterWord(port, 'mntr')).trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', value = ''] = line.split('\t');
      return [name.slice('zk_'.length), Number(value)] as const;
    }),
  );
}

test('figures of members: writes of a follower’s client → counted by who did what', async (t) => {
  const ensemble = await TestEnsemble.start({
    observers: 1,
    config: { '4lw.commands.whitelist': '*' },
    after: (cleanUp) => t.after(cleanUp),
  });
  const [follower] = ensemble.followers();
  const [observer] = ensemble.observers();
  assert.ok(follower !== undefined && observer !== undefined);
  const client = await RawClient.connect(follower.port);
  t.after(() => client.connection.destroy());
  for (let at = 0; at < 5; at++) await client.must(Op.create, createBody(`/n${at}`));
  await ensemble.digest();
  const [leading, following, observing] = await Promise.all(
    [ensemble.leader(), follower, observer].map(({ port }) => figuresAt(port)),
  );
  const atLeast = (figures: ReadonlyMap<string, number> | undefined, name: string, least: number) =>
    assert.ok((figures?.get(name) ?? -1) >= least, `${name}: ${figures?.get(name)}`);
  for (const figures of [leading, following, observing]) {
    for (const name of ['looking_count', 'cnt_election_time', 'cnt_unavailable_time']) {
      atLeast(figures, name, 1);
    }
    atLeast(figures, 'cnt_propagation_latency', 6);
    atLeast(figures, 'cnt_commit_propagation_latency', 6);
  }
  for (const name of ['proposal_count', 'commit_count', 'cnt_quorum_ack_latency']) {
    atLeast(leading, name, 6);
    assert.equal(following?.get(name), 0, name);
  }
  atLeast(leading, 'cnt_leader_unavailable_time', 1);
  assert.equal((leading?.get('diff_count') ?? 0) + (leading?.get('snap_count') ?? 0) >= 3, true);
  atLeast(following, 'cnt_follower_sync_time', 1);
  atLeast(following, 'learner_proposal_received_count', 6);
  atLeast(following, 'learner_commit_received_count', 6);
  atLeast(observing, 'cnt_observer_sync_time', 1);
  atLeast(observing, 'learner_commit_received_count', 6);
  assert.equal(observing?.get('learner_proposal_received_count'), 0);
});
