import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  counterOf,
  describeZxid,
  epochOf,
  makeZxid,
  type Zxid,
} from '../../../../src/base/zxid.ts';
import { EnsembleConfigs } from '../../../../src/core/zab/members/ensemble-configs.ts';
import { ObserverMaster } from '../../../../src/core/zab/observing/observer-master.ts';
import { encoded } from '../../../../src/core/zab/packet-body.ts';
import { QuorumLink } from '../../../../src/core/zab/quorum-link.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { QuorumPacketDecoder } from '../../../../src/protocol/quorum-packet-decoder.ts';
import {
  describeQuorumPacket,
  encodeLearnerInfo,
  QuorumPacketType,
  SessionTimeout,
  writePing,
  writeRequest,
} from '../../../../src/protocol/records/quorum.ts';
import { plausible, TYPES } from '../hostile-steps.ts';
import { ensembleOf } from '../members/ensemble-of.ts';
import { ackEpoch, learnerInfo, packetBytes, type SentPacket } from '../scripted-peers.ts';
import { entryOf, ToyHistory } from '../toy-history.ts';

const z = makeZxid;
const T = QuorumPacketType;
const OPTIONS = { myid: 2, tickTimeMs: 100, initLimitTicks: 10, syncLimitTicks: 5 };
const HELD_BYTES_MAX = 500;

/** Server 2 of three follows server 1 in epoch 2; observers 4 and 5 are the test. */
class ScriptedObservers {
  readonly history: ToyHistory;
  readonly master: ObserverMaster;
  readonly asked: string[] = [];
  nowMs = 0;
  #lastLinkId = 0;

  constructor(zxids: readonly Zxid[] = [z(1, 1), z(2, 1)]) {
    this.history = new ToyHistory(zxids, { accepted: 2, current: 2 });
    this.master = new ObserverMaster({
      options: OPTIONS,
      configs: new EnsembleConfigs({
        current: ensembleOf([1, 2, 3], [4, 5], 7),
        isDynamic: true,
        standaloneEnabled: true,
      }),
      history: this.history,
      nowMs: 0,
      lastCommitted: this.history.lastZxid,
      heldBytesMax: HELD_BYTES_MAX,
      host: {
        forward: ({ sessionId, cxid, type, body, authinfo }) =>
          this.asked.push(`${sessionId} ${cxid} ${type} #${body.length} ${authinfo?.length}`),
        revalidate: (sessionId, timeoutMs) => this.asked.push(`valid ${sessionId} ${timeoutMs}?`),
        onSessionMoved: (sessionId) => this.asked.push(`moved ${sessionId}`),
        note() {},
      },
    });
  }

  connect(): QuorumLink {
    const id = ++this.#lastLinkId;
    const remote = { address: `10.0.0.${id}`, port: 1 };
    const link = new QuorumLink({ onDirty() {} }, { id, remote, packetBytesMax: 1 << 16 });
    this.master.onLinkUp(link);
    return link;
  }

  send(link: QuorumLink, ...packets: readonly (SentPacket | Uint8Array)[]): void {
    for (const packet of packets) {
      if (link.isClosing) return;
      this.master.receive(link, packet instanceof Uint8Array ? packet : packetBytes(packet));
    }
  }

  /** An observer that is up to date. */
  follow(sid = 4, zxid: Zxid = this.history.lastZxid): QuorumLink {
    const link = this.connect();
    this.send(link, learnerInfo(sid, 2, true), ackEpoch(2, zxid), ACK);
    assert.equal(link.closeReason, null);
    takeSent(link);
    return link;
  }

  commit(zxid: Zxid, designated: number | null = null): void {
    const entry = entryOf(zxid);
    if (zxid > this.history.lastZxid) this.history.append(zxid, entry.payload);
    this.history.committed(zxid, entry.payload);
    this.master.commit(entry, designated);
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.master.setNow(this.nowMs);
    this.master.onTick();
  }

  takeAsked(): string[] {
    return this.asked.splice(0);
  }
}

const ACK = { type: T.ACK, zxid: z(2, 0) };

const shortZxid = (zxid: Zxid) => (zxid < 1 ? `${zxid}` : `${epochOf(zxid)}:${counterOf(zxid)}`);

function takeSent(link: QuorumLink): string[] {
  const decoder = new QuorumPacketDecoder(1 << 20);
  decoder.push(Uint8Array.from(link.output));
  link.release(true);
  const lines: string[] = [];
  while (decoder.next()) {
    const { type, zxid, data } = decoder;
    const line = describeQuorumPacket({ type, zxid, data, authinfo: null });
    lines.push(line.replace(describeZxid(zxid), shortZxid(zxid)));
    if (type === T.SNAP) break;
  }
  return lines;
}

function requestBytes(sessionId: bigint, cxid: number, type: number = OpCode.setData): Uint8Array {
  const writer = new BinaryWriter();
  const body = new Uint8Array([1, 2, 3]);
  writeRequest(writer, { sessionId, cxid, type, body, authinfo: [{ scheme: 'ip', id: '::1' }] });
  return writer.take();
}

function revalidation(sessionId: bigint, timeOut = 4000): SentPacket {
  return { type: T.REVALIDATE, zxid: -1, data: encoded(SessionTimeout, { sessionId, timeOut }) };
}

function pingBytes(...sessions: readonly bigint[]): Uint8Array {
  const writer = new BinaryWriter();
  writePing(
    writer,
    0,
    sessions.map((id) => [id, 4000]),
  );
  return writer.take();
}

// --- Discovery and synchronization ----------------------------------------------------------------

test('observer-master: an observer comes → epoch, history and UPTODATE without waiting', () => {
  const script = new ScriptedObservers();
  const link = script.connect();
  script.send(link, learnerInfo(4, 1, true));
  assert.deepEqual(takeSent(link), ['LEADERINFO 2:0 #4']);
  script.send(link, ackEpoch(1, z(1, 1)));
  const [diff, proposal, commit, newLeader, ...rest] = takeSent(link);
  assert.deepEqual([diff, proposal, commit], ['DIFF 2:1', 'PROPOSAL 2:1 #8', 'COMMIT 2:1']);
  assert.match(newLeader ?? '', /^NEWLEADER 2:0 #/);
  assert.deepEqual(rest, []);
  assert.equal(script.master.syncedCount, 0);
  script.send(link, ACK);
  assert.deepEqual(takeSent(link), ['UPTODATE -1']);
  script.send(link, ACK);
  assert.equal(link.closeReason, null);
  assert.equal(script.master.syncedCount, 1);
});

test('observer-master: NEWLEADER → the committed configuration, not the proposed one', () => {
  const script = new ScriptedObservers();
  const link = script.connect();
  script.send(link, learnerInfo(4, 2, true), ackEpoch(2, z(2, 1)));
  const decoder = new QuorumPacketDecoder(1 << 20);
  decoder.push(Uint8Array.from(link.output));
  let text = '';
  while (decoder.next()) if (decoder.type === T.NEWLEADER) text = String(decoder.data);
  assert.equal(Buffer.from(text.split(',').map(Number)).toString().split('\n').at(-1), 'version=7');
});

test('observer-master: it has what is not committed here yet → waits, and is not cut off', () => {
  const script = new ScriptedObservers();
  const link = script.connect();
  script.send(link, learnerInfo(4, 2, true), ackEpoch(2, z(2, 3)));
  assert.deepEqual(takeSent(link), ['LEADERINFO 2:0 #4']);
  script.commit(z(2, 2));
  assert.deepEqual(takeSent(link), []);
  script.commit(z(2, 3));
  const [diff, newLeader] = takeSent(link);
  assert.equal(diff, 'DIFF 2:3');
  assert.match(newLeader ?? '', /^NEWLEADER/);
  script.commit(z(2, 4));
  assert.deepEqual(takeSent(link), ['INFORM 2:4 #8']);
});

test('observer-master: it has entries of an epoch before that nobody committed → TRUNC', () => {
  const script = new ScriptedObservers();
  const link = script.connect();
  script.send(link, learnerInfo(4, 1, true), ackEpoch(1, z(1, 9)));
  assert.deepEqual(takeSent(link).slice(1, 3), ['TRUNC 1:1', 'PROPOSAL 2:1 #8']);
});

test('observer-master: it is too far behind → a snapshot, and what is committed meanwhile', () => {
  const script = new ScriptedObservers();
  script.history.committedEntries.shift();
  script.history.slicesPerSnapshot = 2;
  const link = script.connect();
  script.send(link, learnerInfo(4, 1, true));
  link.isCongested = true;
  script.send(link, ackEpoch(0, 0));
  assert.deepEqual(takeSent(link), ['LEADERINFO 2:0 #4', 'SNAP 2:1']);
  assert.ok(link.hasMore);
  script.commit(z(2, 2));
  assert.deepEqual(takeSent(link), []);
  link.isCongested = false;
  for (let i = 0; i < 3; i++) script.master.onLinkDrained(link);
  assert.ok(!link.hasMore);
});

test('observer-master: more than sizeLimit behind a snapshot that does not move → cut off', () => {
  const script = new ScriptedObservers();
  script.history.committedEntries.shift();
  const link = script.connect();
  script.send(link, learnerInfo(4, 1, true));
  link.isCongested = true;
  script.send(link, ackEpoch(0, 0));
  for (let i = 2; i < 50; i++) script.commit(z(2, i));
  assert.equal(link.closeReason, 'snapshot takes too long');
});

test('observer-master: who may not follow → closed with the reason', () => {
  const cases: readonly (readonly [string, ...SentPacket[]])[] = [
    ['only observers follow an observer master', learnerInfo(4, 1)],
    ['duplicate myid', learnerInfo(2, 1, true)],
    ['learner without an id', learnerInfo(-3, 1, true)],
    ['observer knows a later epoch', learnerInfo(4, 3, true)],
    ['observer is ahead of its master', learnerInfo(4, 2, true), ackEpoch(3, z(2, 1))],
    ['observer is ahead of its master', learnerInfo(4, 2, true), ackEpoch(2, z(3, 1))],
    [
      'learner has a newer configuration',
      { type: T.OBSERVERINFO, zxid: 0, data: encodeLearnerInfo(4, 8) },
    ],
  ];
  for (const [reason, ...packets] of cases) {
    const script = new ScriptedObservers();
    const link = script.connect();
    script.send(link, ...packets);
    assert.equal(link.closeReason, reason);
  }
});

test('observer-master: the same observer again → its former connection ends', () => {
  const script = new ScriptedObservers();
  const former = script.follow(4);
  const link = script.follow(4);
  assert.equal(former.closeReason, 'learner connected again');
  assert.equal(script.master.syncedCount, 1);
  script.commit(z(2, 2));
  assert.deepEqual(takeSent(former), []);
  assert.deepEqual(takeSent(link), ['INFORM 2:2 #8']);
});

// --- Broadcast ------------------------------------------------------------------------------------

test('observer-master: entries are committed → INFORM, a reconfiguration says who leads', () => {
  const script = new ScriptedObservers();
  const [one, other] = [script.follow(4), script.follow(5)];
  script.commit(z(2, 2));
  script.commit(z(2, 3), 3);
  for (const link of [one, other]) {
    assert.deepEqual(takeSent(link), ['INFORM 2:2 #8', 'INFORMANDACTIVATE 2:3 leader=3 #16']);
  }
});

test('observer-master: requests → to the leader as they came', () => {
  const script = new ScriptedObservers();
  const link = script.follow();
  script.send(link, requestBytes(7n, 1), requestBytes(8n, 2, OpCode.sync));
  assert.deepEqual(script.takeAsked(), ['7 1 5 #3 1', '8 2 9 #3 1']);
});

test('observer-master: syncs of observers and of its own clients → each answer to who asked', () => {
  const script = new ScriptedObservers();
  const [one, other] = [script.follow(4), script.follow(5)];
  script.send(other, requestBytes(1n, 1, OpCode.sync));
  script.master.onOwnSync();
  script.send(one, requestBytes(2n, 1, OpCode.sync));
  assert.equal(script.master.onSyncAnswered(), true);
  assert.deepEqual([takeSent(one), takeSent(other)], [[], ['SYNC 0']]);
  assert.equal(script.master.onSyncAnswered(), false);
  assert.equal(script.master.onSyncAnswered(), true);
  assert.deepEqual([takeSent(one), takeSent(other)], [['SYNC 0'], []]);
});

test('observer-master: the observer has gone when the leader answers → nobody else gets it', () => {
  const script = new ScriptedObservers();
  const [one, other] = [script.follow(4), script.follow(5)];
  script.send(one, requestBytes(1n, 1, OpCode.sync), revalidation(9n));
  script.send(other, requestBytes(2n, 1, OpCode.sync));
  script.master.onLinkDown(one);
  const again = script.follow(4);
  assert.equal(script.master.onSyncAnswered(), true);
  assert.equal(script.master.onRevalidated(9n, true), true);
  assert.deepEqual([takeSent(again), takeSent(other)], [[], []]);
  script.master.onSyncAnswered();
  assert.deepEqual([takeSent(again), takeSent(other)], [[], ['SYNC 0']]);
});

test('observer-master: a session is taken up → asked, answered, and touched if it is valid', () => {
  const script = new ScriptedObservers();
  const link = script.follow();
  script.send(link, revalidation(7n), revalidation(8n));
  assert.deepEqual(script.takeAsked(), ['moved 7', 'valid 7 4000?', 'moved 8', 'valid 8 4000?']);
  script.master.onRevalidated(7n, true);
  script.master.onRevalidated(8n, false);
  assert.deepEqual(takeSent(link), [
    'REVALIDATE -1 0x7 valid=true #9',
    'REVALIDATE -1 0x8 valid=false #9',
  ]);
  assert.deepEqual(script.master.takeTouched(), [[7n, 4000]]);
});

test('observer-master: pings of observers → their sessions, once, for the leader', () => {
  const script = new ScriptedObservers();
  const [one, other] = [script.follow(4), script.follow(5)];
  script.send(one, pingBytes(1n, 2n));
  script.send(other, pingBytes(3n));
  script.master.onSessionClosed(2n);
  assert.deepEqual(script.master.takeTouched(), [
    [1n, 4000],
    [3n, 4000],
  ]);
  assert.deepEqual(script.master.takeTouched(), []);
});

test('observer-master: a session has moved to another observer → who comes late is cut off', () => {
  const script = new ScriptedObservers();
  const [one, other] = [script.follow(4), script.follow(5)];
  script.send(one, requestBytes(7n, 0, OpCode.createSession), requestBytes(7n, 1));
  script.send(other, revalidation(7n));
  script.takeAsked();
  script.send(one, requestBytes(7n, 2));
  assert.equal(one.closeReason, 'request of a session that has moved');
  assert.deepEqual(script.takeAsked(), []);
  script.send(other, requestBytes(7n, 2));
  assert.deepEqual(script.takeAsked(), ['7 2 5 #3 1']);
});

test('observer-master: a session has moved to a client here, and is closed → it is nobody’s', () => {
  const script = new ScriptedObservers();
  const link = script.follow();
  script.send(link, revalidation(7n));
  script.master.onOwnRevalidate(7n, 4000);
  script.master.onRevalidated(7n, true);
  assert.equal(script.master.onRevalidated(7n, true), false);
  script.master.onSessionClosed(7n);
  script.send(link, requestBytes(7n, 1));
  assert.equal(link.closeReason, null);
  script.send(link, revalidation(8n));
  script.master.onOwnRevalidate(8n, 4000);
  script.send(link, requestBytes(8n, 1));
  assert.equal(link.closeReason, 'request of a session that has moved');
});

// --- Bad observers --------------------------------------------------------------------------------

test('observer-master: any packet out of phase → closed, and the leader is asked nothing', () => {
  const phases: readonly (readonly [readonly SentPacket[], readonly number[]])[] = [
    [[], [T.OBSERVERINFO]],
    [[learnerInfo(4, 2, true)], [T.ACKEPOCH]],
    [[learnerInfo(4, 2, true), ackEpoch(2, z(2, 9))], []],
    [
      [learnerInfo(4, 2, true), ackEpoch(2, z(2, 1))],
      [T.PING, T.ACK],
    ],
    [
      [learnerInfo(4, 2, true), ackEpoch(2, z(2, 1)), ACK],
      [T.PING, T.REVALIDATE, T.REQUEST],
    ],
  ];
  for (const [packets, legal] of phases) {
    for (const type of TYPES) {
      if (legal.includes(type)) continue;
      const script = new ScriptedObservers();
      const link = script.connect();
      script.send(link, ...packets, plausible(type, 4, z(2, 1)));
      const at = `type ${type} after ${packets.length}`;
      assert.notEqual(link.closeReason, null, at);
      assert.doesNotMatch(link.closeReason ?? '', /\d{2}/, 'a reason is a fixed text');
      assert.deepEqual(script.asked, [], at);
    }
  }
});

test('observer-master: bytes that are no packet → closed', () => {
  const script = new ScriptedObservers();
  const link = script.connect();
  script.send(link, Uint8Array.from(packetBytes({ type: T.PING, zxid: 0 }).fill(0x7f, 12, 16)));
  assert.equal(link.closeReason, 'malformed packet');
});

// --- Time and end ---------------------------------------------------------------------------------

test('observer-master: time passes → a ping every half tick, and silent observers are let go', () => {
  const script = new ScriptedObservers();
  const link = script.follow(4);
  const waiting = script.connect();
  script.advance(50);
  assert.deepEqual(takeSent(link), ['PING 2:1']);
  script.advance(20);
  assert.deepEqual(takeSent(link), []);
  for (let i = 0; i < 9; i++) script.advance(50);
  assert.equal(link.closeReason, 'learner is silent');
  assert.equal(waiting.closeReason, null);
  for (let i = 0; i < 12; i++) script.advance(50);
  assert.equal(waiting.closeReason, 'learner is silent');
  assert.equal(script.master.syncedCount, 0);
});

test('observer-master: this server follows no more → its observers are cut off', () => {
  const script = new ScriptedObservers();
  const links = [script.follow(4), script.connect()];
  script.master.end('the leader is silent');
  for (const link of links) {
    assert.equal(link.closeReason, 'this server does not follow any more');
  }
  script.advance(50);
});
