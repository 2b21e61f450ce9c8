import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../../src/protocol/error-code.ts';
import type { AclList } from '../../../../src/protocol/records/acl.ts';
import type { SentAsk } from '../../../../src/sim/clients/client-request.ts';
import { createAsk, OPEN_ACL, setAsk, worldAcl } from '../../../scenario/asks.ts';
import { ToyClient } from '../toy-client.ts';
import { type Processor, ToyEnsemble } from '../toy-ensemble.ts';

const EAGER = { enableEagerAclCheck: true };
const NO_ACL: AclList = [];
const setAclAsk = (path: string, acl: AclList): SentAsk => ({
  kind: 'setAcl',
  path,
  acl,
  version: -1,
});
const deleteAsk = (path: string): SentAsk => ({ kind: 'delete', path, version: -1 });

const places = [
  ['leader', (ensemble: ToyEnsemble): Processor => ensemble.leader],
  ['learner', (ensemble: ToyEnsemble): Processor => ensemble.learner().processor],
] as const;

/** A client of the server, and the nodes /r (whose ACL permits reading only), /r/x and /open. */
function open(processorOf: (ensemble: ToyEnsemble) => Processor, options = EAGER) {
  const ensemble = new ToyEnsemble(1, options);
  const client = new ToyClient(processorOf(ensemble));
  ensemble.settle();
  client.poll();
  for (const ask of [
    createAsk('/open'),
    createAsk('/r'),
    createAsk('/r/x', { acl: worldAcl(1) }),
    setAclAsk('/r', worldAcl(1)),
  ]) {
    client.send(ask);
    ensemble.settle();
  }
  client.poll();
  client.received = [];
  return { ensemble, client };
}

for (const [place, processorOf] of places) {
  test(`eager ACL check: on a ${place}, not permitted → refused there, without a txn`, () => {
    const { ensemble, client } = open(processorOf);
    const { lastProcessedZxid } = ensemble.database.tree;
    for (const ask of [
      createAsk('/r/y'),
      createAsk('/r/y', { type: 15 }),
      deleteAsk('/r/x'),
      setAsk('/r/x', 'x'),
      setAclAsk('/r/x', OPEN_ACL),
    ]) {
      client.send(ask);
      assert.equal(client.replies.at(-1)?.err, ErrorCode.NoAuth, JSON.stringify(ask));
    }
    for (const ask of [createAsk('/y', { acl: NO_ACL }), setAclAsk('/open', NO_ACL)]) {
      client.send(ask);
      assert.equal(client.replies.at(-1)?.err, ErrorCode.InvalidAcl, JSON.stringify(ask));
    }
    assert.equal(ensemble.proposed.length, 0);
    assert.equal(ensemble.learner().toLeader.length, 0);
    assert.equal(ensemble.database.tree.lastProcessedZxid, lastProcessedZxid);
  });

  test(`eager ACL check: on a ${place}, whatever else is wrong → is for the leader to say`, () => {
    const { ensemble, client } = open(processorOf);
    for (const [ask, err] of [
      [createAsk('/none/y'), ErrorCode.NoNode],
      [createAsk('/open'), ErrorCode.NodeExists],
      [createAsk('no-slash'), ErrorCode.BadArguments],
      [deleteAsk('/zookeeper'), ErrorCode.BadArguments],
      [setAsk('/none', 'x'), ErrorCode.NoNode],
      [{ kind: 'multi', parts: [setAsk('/r/x', 'x')] }, ErrorCode.Ok],
      [setAsk('/open', 'x'), ErrorCode.Ok],
    ] as const) {
      const before = ensemble.database.tree.lastProcessedZxid;
      client.send(ask);
      ensemble.settle();
      assert.equal(client.replies.at(-1)?.err, err, JSON.stringify(ask));
      assert.equal(ensemble.database.tree.lastProcessedZxid, before + 1, JSON.stringify(ask));
    }
    ensemble.assertAgree();
  });
}

test('eager ACL check: an earlier write is under way, which will permit it → not refused', () => {
  const { ensemble, client } = open(({ leader }) => leader);
  client.send(createAsk('/mine', { acl: worldAcl(1 | 16) }));
  ensemble.settle();
  client.send(setAclAsk('/mine', OPEN_ACL));
  client.send(setAsk('/mine', 'x'));
  ensemble.settle();
  assert.deepEqual(
    client.replies.map(({ err }) => err),
    [ErrorCode.Ok, ErrorCode.Ok, ErrorCode.Ok],
  );
});

test('eager ACL check: not enabled → the leader judges', () => {
  const { ensemble, client } = open(({ leader }) => leader, { enableEagerAclCheck: false });
  client.send(setAsk('/r/x', 'x'));
  assert.equal(ensemble.proposed.length, 1);
  ensemble.settle();
  assert.equal(client.replies.at(-1)?.err, ErrorCode.NoAuth);
});
