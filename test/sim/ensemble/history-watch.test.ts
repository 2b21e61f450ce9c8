import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { ensembleMutants } from '../../../src/sim/ensemble/mutants/ensemble-mutants.ts';
import { Violated } from '../../../src/sim/violated.ts';
import {
  awaitThat,
  followerOf,
  leaderOf,
  startedEnsemble,
  withUncommitted,
} from './ensemble-rig.ts';

function withTxns() {
  const ensemble = startedEnsemble();
  const client = ensemble.addClient();
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  const { history } = followerOf(ensemble).peer ?? assert.fail();
  awaitThat(ensemble, () => history.lastZxid > 0);
  return { ensemble, history };
}

test('history-watch: a committed entry is cut off, and a quorum lacks it then → P12', () => {
  const { ensemble, history } = withTxns();
  const third = [...ensemble.peers.values()].find(({ peer, mode }) => {
    return mode === 'follower' && peer?.history !== history;
  });
  assert.ok(third);
  ensemble.crash(third, 'kill');
  third.wipe();
  assert.throws(() => history.truncate(0), Violated);
});

test('history-watch: an entry that nobody proposed, or in the wrong place → P5, P14', () => {
  const { ensemble, history } = withTxns();
  const txn = ensemble.witness.txn(ensemble.witness.lastCommitted);
  assert.ok(txn);
  assert.throws(() => history.append(history.lastZxid + 1, txn.payload), /P5/);
  const leader = leaderOf(ensemble).peer ?? assert.fail();
  assert.equal(leader.history.lastZxid, txn.zxid);
});

test('history-watch: a cut leaves a newer snapshot, of which the server dies → D10', () => {
  const mutant = ensembleMutants.find(({ name }) => name === 'trunc-keeps-snapshots');
  const bringTogether = (hooks = {}) => {
    const { ensemble, old } = withUncommitted({ hooks });
    old.step('snapshot', (peer) => peer.takeSnapshot());
    awaitThat(ensemble, () => ensemble.leader !== undefined && ensemble.leader !== old);
    ensemble.network.heal();
    awaitThat(ensemble, () => old.mode === 'follower');
    return ensemble.counts['TRUNC with'];
  };
  assert.equal(bringTogether(), 1);
  assert.throws(() => bringTogether(mutant?.hooks(new Prng(1))), /D10|is not cut/);
});
