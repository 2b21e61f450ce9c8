import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { createAsk, errorOf, replyOf, setAsk } from '../scenario/asks.ts';
import { PeerRig, type RigClient, startedRig } from './peer-rig.ts';

function create(rig: PeerRig, client: RigClient, path: string): string {
  return errorOf(rig.call(client, createAsk(path)));
}

function assertSame(rig: PeerRig): void {
  const digests = rig.digests().map((line) => line.split(' ').slice(1).join(' '));
  assert.equal(new Set(digests).size, 1, rig.digests().join('\n'));
}

test('quorum-peer: three servers start → one leads, two follow, without waiting for a timer', () => {
  const rig = new PeerRig([1, 2, 3]);
  rig.start(1, 2, 3);
  assert.deepEqual([...rig.members.keys()].map((sid) => rig.peer(sid).mode).sort(), [
    'follower',
    'follower',
    'leader',
  ]);
});

test('quorum-peer: one of three starts → it looks for a leader', () => {
  const rig = new PeerRig([1, 2, 3]);
  rig.start(2);
  rig.advance(5000);
  assert.equal(rig.peer(2).state, 'LOOKING');
});

test('quorum-peer: a single voter → it leads alone', () => {
  const rig = startedRig([1]);
  const client = rig.connect(1);
  assert.equal(create(rig, client, '/a'), 'Ok');
});

test('quorum-peer: writes through each server → answered there, the same tree everywhere', () => {
  const rig = startedRig([1, 2, 3], [4]);
  for (const sid of [1, 2, 3, 4]) {
    const client = rig.connect(sid);
    assert.notEqual(client.sessionId, 0n, `server ${sid}`);
    assert.equal(create(rig, client, `/by-${sid}`), 'Ok');
    assert.equal(create(rig, client, `/by-${sid}`), 'NodeExists');
    const read = replyOf(rig.call(client, { kind: 'getData', path: `/by-${sid}`, watch: false }));
    assert.equal(read.err, ErrorCode.Ok);
  }
  assertSame(rig);
});

test('quorum-peer: a sync through a follower → answered', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  assert.equal(errorOf(rig.call(client, { kind: 'sync', path: '/' })), 'Ok');
});

test('quorum-peer: the leader dies → another leads, nothing acknowledged is lost', () => {
  const rig = startedRig([1, 2, 3]);
  const old = rig.leader;
  const client = rig.connect(old);
  for (let i = 0; i < 5; i++) assert.equal(create(rig, client, `/n${i}`), 'Ok');
  rig.kill(old);
  const rest = [1, 2, 3].filter((sid) => sid !== old);
  rig.awaitServing(...rest);
  const again = rig.connect(rig.leader, client);
  assert.equal(again.sessionId, client.sessionId);
  for (let i = 0; i < 5; i++) {
    assert.equal(errorOf(rig.call(again, { kind: 'exists', path: `/n${i}`, watch: false })), 'Ok');
  }
  rig.start(old);
  rig.awaitServing(1, 2, 3);
  assert.equal(create(rig, again, '/after'), 'Ok');
  assertSame(rig);
});

test('quorum-peer: a follower is away for a while → it is brought up by what it lacks', () => {
  const rig = startedRig([1, 2, 3]);
  const away = rig.leader === 1 ? 2 : 1;
  rig.kill(away);
  const client = rig.connect(rig.leader);
  for (let i = 0; i < 5; i++) create(rig, client, `/n${i}`);
  rig.start(away);
  rig.awaitServing(away);
  assert.ok(rig.member(away).notes.some((note) => note.includes('by=DIFF')));
  assertSame(rig);
});

test('quorum-peer: a follower has lost its disk → it gets the whole state', () => {
  const rig = startedRig([1, 2, 3]);
  const client = rig.connect(rig.leader);
  for (let i = 0; i < 40; i++) create(rig, client, `/n${i}`);
  for (const sid of [1, 2, 3]) rig.peer(sid).takeSnapshot();
  rig.settle();
  for (const sid of [1, 2, 3]) rig.kill(sid);
  rig.start(1, 2, 3);
  rig.awaitServing(1, 2, 3);
  const away = rig.leader === 1 ? 2 : 1;
  rig.kill(away);
  rig.wipe(away);
  rig.start(away);
  rig.awaitServing(away);
  assert.ok(rig.member(away).notes.some((note) => note.includes('by=SNAP')));
  create(rig, rig.connect(rig.leader), '/after');
  assertSame(rig);
  // What it has now is on its disk.
  rig.kill(away);
  rig.start(away);
  rig.awaitServing(away);
  assertSame(rig);
});

test('quorum-peer: a cut-off leader has logged alone → that is cut off when it comes back', () => {
  const rig = startedRig([1, 2, 3]);
  const old = rig.leader;
  const client = rig.connect(old);
  create(rig, client, '/before');
  rig.cutOff(old);
  rig.send(client, createAsk('/lost'));
  rig.settle();
  rig.advance(2000);
  assert.equal(rig.peer(old).state, 'LOOKING');
  rig.awaitServing(...[1, 2, 3].filter((sid) => sid !== old));
  rig.cutOff(old, false);
  rig.awaitServing(1, 2, 3);
  assert.ok(rig.member(old).notes.some((note) => note.includes('by=TRUNC')));
  const reader = rig.connect(old);
  const lost = rig.call(reader, { kind: 'exists', path: '/lost', watch: false });
  assert.equal(errorOf(lost), 'NoNode');
  create(rig, reader, '/after');
  assertSame(rig);
});

test('quorum-peer: an ephemeral of a client that went silent → gone from every server', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  rig.call(client, createAsk('/e', { flags: 1 }));
  rig.advance(9000);
  assert.ok(client.isEnded);
  const other = rig.connect(rig.leader);
  assert.equal(errorOf(rig.call(other, { kind: 'exists', path: '/e', watch: false })), 'NoNode');
  assertSame(rig);
});

test('quorum-peer: a session is used at a follower → it does not expire', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  for (let i = 0; i < 20; i++) {
    rig.advance(1000);
    assert.equal(errorOf(rig.call(client, { kind: 'exists', path: '/', watch: false })), 'Ok');
  }
});

test('quorum-peer: a session moves to another server → writes of the old connection are refused', () => {
  const rig = startedRig([1, 2, 3]);
  const [one, other] = [1, 2, 3].filter((sid) => sid !== rig.leader) as [number, number];
  const client = rig.connect(one);
  const moved = rig.connect(other, client);
  assert.equal(moved.sessionId, client.sessionId);
  assert.equal(create(rig, moved, '/new'), 'Ok');
  rig.send(client, createAsk('/old'));
  rig.settle();
  assert.ok(client.isEnded);
  const reader = rig.connect(rig.leader);
  assert.equal(errorOf(rig.call(reader, { kind: 'exists', path: '/old', watch: false })), 'NoNode');
});

test('quorum-peer: the clock is set back, a session is forgotten → its id is not given again', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const ids = new Set<bigint>();
  for (let life = 0; life < 3; life++) {
    // As late on the wall as in the life before.
    rig.wallOffsetMs = 1_000_000 - rig.monotonicMs;
    const client = rig.connect(follower);
    ids.add(client.sessionId);
    rig.call(client, { kind: 'closeSession' });
    rig.peer(follower).takeSnapshot();
    rig.settle();
    rig.kill(follower);
    rig.wallOffsetMs = 1_000_000 - rig.monotonicMs;
    rig.start(follower);
    rig.awaitServing(follower);
  }
  assert.equal(ids.size, 3);
});

test('quorum-peer: a watch at a follower → fires by a write through the leader', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const watcher = rig.connect(follower);
  const writer = rig.connect(rig.leader);
  create(rig, writer, '/w');
  rig.call(watcher, { kind: 'getData', path: '/w', watch: true });
  rig.call(writer, setAsk('/w', 'x'));
  assert.equal(watcher.received.at(-1)?.kind, 'event');
});

test('quorum-peer: a leader stops cleanly → what was asked is committed, others go on at once', () => {
  const rig = startedRig([1, 2, 3]);
  const old = rig.leader;
  const client = rig.connect(old);
  create(rig, client, '/a');
  rig.peer(old).shutdown();
  rig.settle();
  rig.kill(old);
  const rest = [1, 2, 3].filter((sid) => sid !== old);
  assert.ok(rig.awaitServing(...rest) < 100);
});

test('quorum-peer: it stops while it looks for a leader → it follows none that is found later', () => {
  const rig = new PeerRig([1, 2, 3]);
  rig.start(1);
  rig.peer(1).shutdown();
  rig.start(2, 3);
  rig.awaitServing(2, 3);
  assert.equal(rig.peer(1).state, 'LOOKING');
});

test('quorum-peer: all servers lose power and come back → everything is there', () => {
  const rig = startedRig([1, 2, 3]);
  const client = rig.connect(rig.leader);
  for (let i = 0; i < 10; i++) create(rig, client, `/n${i}`);
  for (const sid of [1, 2, 3]) rig.kill(sid);
  rig.start(1, 2, 3);
  rig.awaitServing(1, 2, 3);
  const reader = rig.connect(rig.leader);
  assert.equal(errorOf(rig.call(reader, { kind: 'exists', path: '/n9', watch: false })), 'Ok');
  create(rig, reader, '/after');
  assertSame(rig);
});

test('quorum-peer: /zookeeper/config of a static ensemble → its text, on every server', () => {
  const rig = startedRig([1, 2, 3], [4]);
  for (const sid of [1, 4]) {
    const ask = { kind: 'getData', path: '/zookeeper/config', watch: false } as const;
    const { data, stat } = replyOf(rig.call(rig.connect(sid), ask)).body;
    assert.equal(Buffer.from(data ?? []).toString(), rig.peer(sid).configs.current.configText);
    assert.equal(stat?.version, -1);
    assert.equal(stat?.mzxid, 0);
  }
});

test('quorum-peer: it stops during an election that ends then → no role begins', () => {
  const rig = new PeerRig([1, 2, 3]);
  rig.start(2);
  rig.peer(2).shutdown();
  rig.start(1, 3);
  rig.advance(2000);
  assert.equal(rig.peer(2).state, 'LOOKING');
  assert.equal(rig.peer(2).history.epochs.accepted, 0);
});

test('quorum-peer: it stops in any role, asked twice → the rest goes on with all that is there', () => {
  for (const sid of [1, 2, 3, 4]) {
    const rig = startedRig([1, 2, 3], [4]);
    create(rig, rig.connect(sid), '/a');
    rig.peer(sid).shutdown();
    rig.peer(sid).shutdown();
    rig.advance(1000);
    assert.equal(rig.peer(sid).mode, null);
    assert.equal(rig.peer(sid).state, 'LOOKING');
    rig.kill(sid);
    rig.awaitServing(...[1, 2, 3].filter((each) => each !== sid));
    const reader = rig.connect(rig.leader);
    assert.equal(errorOf(rig.call(reader, { kind: 'exists', path: '/a', watch: false })), 'Ok');
  }
});

test('quorum-peer: notifications that are none → refused with a reason, counted, told now and then', () => {
  const rig = startedRig([1, 2, 3]);
  const peer = rig.peer(1);
  for (let i = 0; i < 100; i++) {
    assert.equal(peer.receiveNotification(2, new Uint8Array(5)), 'notification: short');
  }
  rig.settle();
  assert.equal(peer.refusals.get('notification: short'), 100);
  const told = rig.member(1).notes.filter((note) => note.includes('notification: short'));
  assert.equal(told.length, 7);
  assert.notEqual(peer.mode, null);
});

test('quorum-peer: a stranger on the quorum port → its link ends with a reason that is counted', () => {
  const rig = startedRig([1, 2, 3]);
  for (const sid of [1, 2, 3]) {
    const peer = rig.peer(sid);
    const link = peer.acceptLink({ address: '10.9.9.9', port: 1 });
    peer.receiveLink(link, new Uint8Array(16).fill(0x47));
    assert.notEqual(link.closeReason, null);
    assert.equal(peer.closings.get(link.closeReason ?? ''), 1);
    rig.settle();
    assert.notEqual(peer.mode, null);
  }
});

test('quorum-peer: a backup of its history is restored under newer epochs → it does not start', () => {
  const rig = startedRig([1, 2, 3]);
  const client = rig.connect(rig.leader);
  create(rig, client, '/before');
  rig.kill(1);
  const backup = rig.member(1).disk.copy();
  rig.start(1);
  rig.awaitServing(1, 2, 3);
  create(rig, rig.connect(rig.leader), '/after');
  for (const sid of [1, 2, 3]) rig.kill(sid);
  rig.start(1, 2, 3);
  rig.awaitServing(1, 2, 3);
  rig.kill(1);
  const { disk } = rig.member(1);
  for (const name of ['acceptedEpoch', 'currentEpoch']) {
    const into = new Uint8Array(64);
    const count = disk.read('snapshot', name, { position: 0, into });
    backup.put('snapshot', name, into.slice(0, count));
  }
  rig.member(1).disk = backup;
  assert.throws(() => rig.start(1), /currentEpoch: epoch 2 began after 0x.* older than what this/);
});

test('quorum-peer: a leader stops while followers go on asking → it finishes, and takes no more', () => {
  const rig = startedRig([1, 2, 3]);
  const old = rig.leader;
  const follower = old === 1 ? 2 : 1;
  const [own, other] = [rig.connect(old), rig.connect(follower)];
  rig.send(own, createAsk('/before'));
  rig.send(other, createAsk('/during'));
  rig.peer(old).shutdown();
  rig.settle();
  rig.kill(old);
  const rest = [1, 2, 3].filter((sid) => sid !== old);
  rig.awaitServing(...rest);
  const reader = rig.connect(rig.leader);
  const errorAt = (path: string) =>
    errorOf(rig.call(reader, { kind: 'exists', path, watch: false }));
  assert.deepEqual([errorAt('/before'), errorAt('/during')], ['Ok', 'NoNode']);
});
