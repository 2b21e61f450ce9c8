/**
 * ReadOnlyVisitor: clients that ask for read-only service where a server has found no leader for some
 * time. They ask for everything; what they are told is judged at once, and is in no history: R1, no
 * write is acknowledged there, no session of the ensemble is given, and nobody is served who has not
 * asked for it. Afterwards they try to go on with their session where there is a leader.
 */
import type { Prng } from '../../base/prng.ts';
import { sessionPassword } from '../../core/sessions/session-password.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { ConnectResponse } from '../../protocol/records/connect.ts';
import { encodeAsk, encodeConnect, fixedXid, type SentAsk } from '../clients/client-request.ts';
import { newConnectionHistory } from '../clients/sim-client.ts';
import type { Workload } from '../clients/workload.ts';
import { streamOf } from '../named-streams.ts';
import { SimConnection } from '../sim-connection.ts';
import { Violated } from '../violated.ts';
import type { SimPeer } from './sim-peer.ts';
import type { Surroundings } from './surroundings.ts';

export interface ReadOnlyVisitorParts {
  readonly world: Surroundings & { readonly workload: Workload };
  isOn(): boolean;
}

interface Wanted {
  readonly sessionId: bigint;
  /** What a real server must never let in, as it is a session of read-only mode. */
  readonly isForeign: boolean;
}

const ASKS = 12;
const TIMEOUT_MS = 5000;

export class ReadOnlyVisitor {
  readonly #parts: ReadOnlyVisitorParts;
  readonly #prng: Prng;
  /** Of read-only mode. */
  readonly #sessions: bigint[] = [];

  constructor(parts: ReadOnlyVisitorParts) {
    this.#parts = parts;
    this.#prng = streamOf(parts.world.config.seed, 'read-only visitor');
    this.#plan();
  }

  /** R1: nothing that was asked there is in the log. */
  check(): void {
    const sessions = new Set(this.#sessions);
    const txn = this.#parts.world.witness.committed.find(({ clientId }) => sessions.has(clientId));
    if (txn === undefined) return;
    throw Violated.of('R1', `txn ${txn.zxid} is of ${txn.clientId}, a session of read-only mode`);
  }

  #plan(): void {
    const { world } = this.#parts;
    const { tickTimeMs } = world.config.zab;
    world.queue.add(world.clock.nowUs + this.#prng.between(1, tickTimeMs * 1000), 'visit', () => {
      if (!this.#parts.isOn()) return;
      this.#visit();
      this.#plan();
    });
  }

  #visit(): void {
    const { peers } = this.#parts.world;
    const all = [...peers.values()];
    const alone = all.filter(({ mode }) => mode === 'read-only');
    if (alone.length > 0) return this.#open(this.#prng.pick(alone), this.#wanted());
    const serving = all.filter(({ isServing }) => isServing);
    const sessionId = this.#sessions.at(-1);
    if (serving.length === 0 || sessionId === undefined || !this.#prng.chance(0.1)) return;
    this.#open(this.#prng.pick(serving), { sessionId, isForeign: true });
  }

  #wanted(): Wanted {
    const { witness } = this.#parts.world;
    const known = [...witness.model.sessions.keys(), ...this.#sessions.slice(-1)];
    const sessionId = known.length > 0 && this.#prng.chance(0.4) ? this.#prng.pick(known) : 0n;
    return { sessionId, isForeign: false };
  }

  #open(server: SimPeer, wanted: Wanted): void {
    const { world } = this.#parts;
    const { sessionId } = wanted;
    const attempt = {
      at: world.at(),
      sessionId,
      isPasswordRight: true,
      timeOutMs: TIMEOUT_MS,
      lastZxidSeen: 0,
      isReadOnly: true,
    };
    const record = newConnectionHistory(-1, -1, {
      attempt,
      server: server.sid,
      life: server.life,
    });
    let isFirst = true;
    const connection: SimConnection = new SimConnection({
      clock: world.clock,
      queue: world.queue,
      prng: this.#prng.fork(),
      shape: { delayUsMin: 20, delayUsMax: 800, rechunks: world.config.faults.rechunk },
      ends: {
        onBytes: (from, bytes) => server.clients.receive(from, bytes),
        onServerSideEnd: (from) => server.clients.onClosedByClient(from),
        onFrame: (_from, frame) => {
          if (isFirst) this.#onFirst(connection, frame, { server, wanted });
          isFirst = false;
        },
        onClientSideEnd: () => {},
      },
      record,
    });
    const { peer } = server;
    if (peer === null || !server.clients.accept(peer, connection)) return;
    world.count(wanted.isForeign ? 'read-only sessions moved' : 'read-only visits');
    const passwd = sessionId === 0n ? new Uint8Array(16) : sessionPassword(sessionId);
    const request = { protocolVersion: 0, lastZxidSeen: 0, timeOut: TIMEOUT_MS, sessionId, passwd };
    connection.send(encodeConnect({ ...request, readOnly: true }));
  }

  #onFirst(
    connection: SimConnection,
    frame: Uint8Array,
    { server, wanted }: { readonly server: SimPeer; readonly wanted: Wanted },
  ): void {
    // An error where a ConnectResponse would stand: there are no new sessions without local ones.
    if (frame.length === 16) return;
    const { sessionId, readOnly, timeOut } = ConnectResponse.read(new BinaryReader(frame));
    if (timeOut === 0) return;
    if (wanted.isForeign) {
      throw Violated.of('R1', `server ${server.sid} goes on with ${sessionId} of read-only mode`);
    }
    if (readOnly !== true) {
      throw Violated.of('R1', `server ${server.sid} does not say that it is read-only`);
    }
    // A session that this server does not know is taken for good: as in ZooKeeper, it may be one of all.
    if (wanted.sessionId === 0n) this.#sessions.push(sessionId);
    this.#parts.world.count('read-only sessions');
    for (let i = 1; i <= ASKS; i++) this.#send(connection, this.#parts.world.workload.next(), i);
    const { clock, queue } = this.#parts.world;
    queue.add(clock.nowUs + 200_000, 'visit ends', () => connection.breakOff());
  }

  #send(connection: SimConnection, ask: SentAsk, i: number): void {
    const xid = fixedXid(ask) ?? i;
    const asked = { at: this.#parts.world.at(), xid, ask, reply: null, ids: [], takenAt: -1 };
    connection.record.asked.push(asked);
    connection.send(encodeAsk(xid, ask));
  }
}
