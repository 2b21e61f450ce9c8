import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encodeInitialMessage } from '../../../src/protocol/records/election.ts';
import { MemberNetwork } from '../../../src/testing/net/member-network.ts';
import { dial, listen, type Target, turns } from './sockets.ts';

const IDS = [1, 2, 3];

/** Members whose election ports say nothing. */
async function open(t: TestContext) {
  const network = await MemberNetwork.open(IDS);
  t.after(() => network.close());
  const targets = new Map<number, Target>();
  for (const id of IDS) {
    const target = await listen(t);
    targets.set(id, target);
    network.leadTo(id, { client: 0, quorum: target.port, election: target.port });
  }
  const target = (id: number) => {
    const found = targets.get(id);
    assert.ok(found);
    return found;
  };
  const call = async (from: number, to: number) => {
    const caller = await dial(t, network.portsOf(to).election);
    const options = { serverId: from, addresses: [{ host: 'x', port: 1 }], isMultiAddress: false };
    caller.socket.write(encodeInitialMessage(options));
    return caller;
  };
  return { network, target, call };
}

test('member network: a partition → who is apart hears nothing, in both directions, until it is healed', async (t) => {
  const { network, target, call } = await open(t);
  const oneToTwo = await call(1, 2);
  const atTwo = await target(2).next();
  network.partition([[1]]);
  oneToTwo.write('asked');
  atTwo.write('answered');
  await call(1, 3);
  const twoToThree = await call(2, 3);
  twoToThree.write('hello');
  await (await target(3).next()).reads('hello');
  await turns();
  assert.equal(target(3).accepted.length, 1);
  assert.equal(oneToTwo.text, '');
  assert.ok(!atTwo.text.includes('asked'));
  network.partition([]);
  await atTwo.reads('asked');
  await oneToTwo.reads('answered');
  await target(3).next();
});

test('member network: groups → each reaches only itself; who is in none is with the others of these', async (t) => {
  const { network } = await open(t);
  const reach = () =>
    IDS.flatMap((one) => IDS.filter((other) => network.canReach(one, other)).map((to) => [one, to]))
      .filter(([one = 0, other = 0]) => one < other)
      .map((pair) => pair.join('-'));
  assert.deepEqual(reach(), ['1-2', '1-3', '2-3']);
  network.partition([[2]]);
  assert.deepEqual(reach(), ['1-3']);
  network.partition([[1], [2, 3]]);
  assert.deepEqual(reach(), ['2-3']);
  network.partition([[1], [2], [3]]);
  assert.deepEqual(reach(), []);
});

test('member network: a member stands still → neither its own connections nor others’ to it go on', async (t) => {
  const { network, target, call } = await open(t);
  const fromOne = await call(1, 2);
  const toOne = await call(2, 1);
  const ends = [await target(2).next(), await target(1).next()];
  network.pause(1, true);
  fromOne.write('from');
  toOne.write('to');
  await turns();
  assert.deepEqual(
    ends.map(({ text }) => /from|to$/.test(text)),
    [false, false],
  );
  network.pause(1, false);
  await ends[0]?.reads('from');
  await ends[1]?.reads('to');
});

test('member network: a member is down, or about to come → refused, or waiting', async (t) => {
  const { network, target, call } = await open(t);
  network.refuse(2);
  await (await call(1, 2)).becomes('ECONNRESET');
  network.awaitServer(2);
  const early = await call(1, 2);
  early.write('early');
  await turns();
  assert.equal(early.state, 'open');
  const { port } = target(3);
  network.leadTo(2, { client: 0, quorum: port, election: port });
  await (await target(3).next()).reads('early');
});

test('member network: a server that is none → named', async (t) => {
  const { network } = await open(t);
  assert.throws(() => network.portsOf(7), /There is no server 7/);
});
