import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuorumOracle, QuorumOracleMaj } from '../../../../src/core/zab/members/quorum-oracle.ts';
import { ensembleOf } from './ensemble-of.ts';

const TWO = ensembleOf([1, 2], [3], 5);

function oracleOf(myid = 1) {
  const facts = { isAllowed: true, asked: 0 };
  const oracle = new QuorumOracle(myid, () => {
    facts.asked++;
    return facts.isAllowed;
  });
  return { facts, oracle };
}

test('quorum-oracle: half of two voters → a quorum if the oracle says so, at that time', () => {
  const { facts, oracle } = oracleOf();
  assert.equal(oracle.allows(TWO, new Set([1])), true);
  facts.isAllowed = false;
  assert.equal(oracle.allows(TWO, new Set([1, 3])), false);
  assert.equal(facts.asked, 2);
});

test('quorum-oracle: it is none of its business → not even asked', () => {
  const { facts, oracle } = oracleOf();
  assert.equal(oracle.allows(ensembleOf([1, 2, 3]), new Set([1])), false, 'three voters');
  assert.equal(oracle.allows(ensembleOf([1]), new Set([1])), false, 'one voter');
  assert.equal(oracle.allows(TWO, new Set([2])), false, 'only the other');
  assert.equal(oracle.allows(ensembleOf([4, 2]), new Set([1])), false, 'no voter itself');
  oracle.hasFollower = true;
  assert.equal(oracle.allows(TWO, new Set([1])), false, 'the other is there');
  assert.equal(facts.asked, 0);
});

test('quorum-oracle: a configuration with it → as the configuration, and a majority needs no oracle', () => {
  const { facts, oracle } = oracleOf();
  const verifier = new QuorumOracleMaj(TWO, oracle);
  assert.deepEqual([...verifier.voters, ...verifier.observers], [1, 2, 3]);
  assert.equal(verifier.version, 5);
  assert.equal(verifier.configText, TWO.configText);
  assert.equal(verifier.weightOf(1), 1);
  assert.equal(verifier.containsQuorum(new Set([1, 2])), true);
  assert.equal(facts.asked, 0);
  assert.equal(verifier.containsQuorum(new Set([1])), true);
  assert.equal(facts.asked, 1);
});
