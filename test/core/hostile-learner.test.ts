/** A stranger that is let in as a learner and asks for whatever it likes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { makeZxid } from '../../src/base/zxid.ts';
import { encoded } from '../../src/core/zab/packet-body.ts';
import type { QuorumLink } from '../../src/core/zab/quorum-link.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import {
  QuorumPacketType,
  SessionTimeout,
  writePing,
  writeRequest,
} from '../../src/protocol/records/quorum.ts';
import { INTERESTING_INTS, mutateParts } from '../fuzz/mutation.ts';
import { RequestGrammar } from '../fuzz/request-grammar.ts';
import { createAsk, errorOf } from '../scenario/asks.ts';
import { type PeerRig, startedRig } from './peer-rig.ts';
import { ackEpoch, learnerInfo, packetBytes, type SentPacket } from './zab/scripted-peers.ts';

class HostileLearner {
  readonly #rig: PeerRig;
  readonly #prng: Prng;
  readonly #sessionIds: readonly bigint[];
  readonly link: QuorumLink;

  constructor(rig: PeerRig, prng: Prng, sessionIds: readonly bigint[]) {
    this.#rig = rig;
    this.#prng = prng;
    this.#sessionIds = sessionIds;
    const peer = rig.peer(rig.leader);
    this.link = peer.acceptLink({ address: '10.9.9.9', port: 1 });
    const { epochs, lastZxid } = peer.history;
    const ack = { type: QuorumPacketType.ACK, zxid: makeZxid(epochs.current, 0) };
    for (const packet of [learnerInfo(9, 0, true), ackEpoch(0, lastZxid), ack]) this.send(packet);
    assert.equal(this.link.closeReason, null);
  }

  send(packet: SentPacket | Uint8Array): void {
    const { link } = this;
    const bytes = packet instanceof Uint8Array ? packet : packetBytes(packet);
    this.#rig.peer(this.#rig.leader).receiveLink(link, bytes);
    link.release(true);
  }

  get #sessionId(): bigint {
    const prng = this.#prng;
    return prng.chance(0.7) ? prng.pick(this.#sessionIds) : BigInt(prng.pick(INTERESTING_INTS));
  }

  get #timeOut(): number {
    return this.#prng.chance(0.5) ? 4000 : this.#prng.pick(INTERESTING_INTS);
  }

  request(): Uint8Array {
    const prng = this.#prng;
    const { type, body } = prng.chance(0.3) ? this.#sessionRequest() : this.#clientRequest();
    const writer = new BinaryWriter();
    const authinfo = prng.pick([null, [], [{ scheme: 'world', id: 'anyone' }]]);
    const cxid = prng.pick(INTERESTING_INTS);
    writeRequest(writer, { sessionId: this.#sessionId, cxid, type, body, authinfo });
    return writer.take();
  }

  #sessionRequest(): { type: number; body: Uint8Array } {
    const writer = new BinaryWriter();
    writer.int(this.#timeOut);
    const type = this.#prng.pick([OpCode.createSession, OpCode.closeSession, OpCode.error, 13, 9]);
    return { type, body: this.#prng.chance(0.8) ? writer.take() : new Uint8Array(1) };
  }

  /** Without the xid; some with another type than the body has. */
  #clientRequest(): { type: number; body: Uint8Array } {
    const prng = this.#prng;
    const bytes = mutateParts(new RequestGrammar(prng, this.#sessionIds).request(), prng);
    const isWhole = bytes.length >= 8 && prng.chance(0.9);
    const type = isWhole ? bytes.readInt32BE(4) : prng.pick(Object.values(OpCode));
    return { type, body: Uint8Array.from(bytes.subarray(8)) };
  }

  revalidation(): SentPacket {
    const data = encoded(SessionTimeout, { sessionId: this.#sessionId, timeOut: this.#timeOut });
    return { type: QuorumPacketType.REVALIDATE, zxid: -1, data };
  }

  ping(): Uint8Array {
    const writer = new BinaryWriter();
    writePing(writer, 0, [[this.#sessionId, this.#timeOut]]);
    return writer.take();
  }
}

function assertSame(rig: PeerRig): void {
  const digests = rig.digests().map((line) => line.split(' ').slice(1).join(' '));
  assert.equal(new Set(digests).size, 1, rig.digests().join('\n'));
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`hostile learner: requests, revalidations and pings, seed ${seed} → all members stay equal`, () => {
    const prng = new Prng(seed);
    const rig = startedRig([1, 2, 3]);
    const { leader } = rig;
    const clients = [1, 2, 3].map((sid) => rig.connect(sid));
    const ids = clients.map(({ sessionId }) => sessionId);
    let stranger = new HostileLearner(rig, prng, ids);
    for (let turn = 0; turn < 150; turn++) {
      if (stranger.link.isClosing) {
        rig.peer(leader).linkClosed(stranger.link);
        stranger = new HostileLearner(rig, prng, ids);
      }
      const kind = prng.below(4);
      stranger.send(
        kind === 0 ? stranger.revalidation() : kind === 1 ? stranger.ping() : stranger.request(),
      );
      rig.settle();
      if (prng.chance(0.1)) rig.advance(300);
    }
    assert.equal(rig.leader, leader);
    assertSame(rig);
    // What got into the logs can be replayed, and goes on to be served.
    for (const sid of [1, 2, 3]) rig.kill(sid);
    rig.start(1, 2, 3);
    rig.awaitServing(1, 2, 3);
    assertSame(rig);
    const client = rig.connect(rig.leader);
    assert.equal(errorOf(rig.call(client, createAsk(`/seed-${seed}`))), 'Ok');
    rig.advance(20_000);
    assertSame(rig);
  });
}
