/**
 * SimDial: the sockets of one real client, to the servers of a simulated ensemble. The host's port is
 * the server's id. What the client writes is read back as requests, so that its connections are in
 * the history like all others.
 */
import type { Prng } from '../../../src/base/prng.ts';
import type {
  Connection,
  ConnectionHandlers,
  Dial,
  DialEvents,
} from '../../../src/client/session/connection.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { ConnectRequest } from '../../../src/protocol/records/connect.ts';
import { readSentFrame } from '../../../src/sim/clients/read-ask.ts';
import type { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import type { SimPeer } from '../../../src/sim/ensemble/sim-peer.ts';
import type { ConnectionOwner, SimConnection } from '../../../src/sim/sim-connection.ts';
import { splitFrames } from '../../../src/sim/split-frames.ts';
import type { Program } from './virtual-time.ts';

export interface SimDialParts {
  readonly index: number;
  readonly ensemble: Ensemble;
  readonly program: Program;
  readonly prng: Prng;
}

export class SimDial {
  readonly #parts: SimDialParts;
  #last: SimSocket | null = null;
  /** Cut off from all servers: whatever it dials is lost without a trace. */
  #isCutOff = false;

  constructor(parts: SimDialParts) {
    this.#parts = parts;
  }

  readonly dial: Dial = ({ port }, events) => {
    const { ensemble, program, prng } = this.#parts;
    const { clock, queue } = ensemble;
    let isCancelled = false;
    queue.add(clock.nowUs + prng.between(50, 3000), 'dial', () => {
      if (this.#isCutOff) return;
      program.run(() => {
        if (!isCancelled) this.#open(ensemble.peer(port), events);
      });
    });
    return {
      cancel: () => {
        isCancelled = true;
      },
    };
  };

  /** The connection breaks; each side learns of it when it does. */
  breakOff(): void {
    this.#last?.breakOff();
  }

  /** Nothing goes through any more, and the client is not told. */
  cutOff(): void {
    this.#isCutOff = true;
    this.#last?.cutOff();
  }

  heal(): void {
    this.#isCutOff = false;
  }

  #open(peer: SimPeer, events: DialEvents): void {
    if (peer.mode === null) return events.onFailed('refused');
    this.#last = new SimSocket(this.#parts, peer);
    events.onConnected(this.#last);
  }
}

class SimSocket implements Connection, ConnectionOwner {
  readonly index: number;
  readonly #parts: SimDialParts;
  readonly #peer: SimPeer;
  #handlers: ConnectionHandlers | null = null;
  /** From the first bytes on: they say which session is wanted. */
  #connection: SimConnection | null = null;
  #isOpen = true;

  constructor(parts: SimDialParts, peer: SimPeer) {
    this.index = parts.index;
    this.#parts = parts;
    this.#peer = peer;
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array, length = bytes.length): boolean {
    const sent = bytes.slice(0, length);
    const frames = splitFrames(sent);
    const connection = this.#connection ?? this.#connect(frames.shift());
    if (connection === null) return true;
    const at = this.#parts.ensemble.at();
    for (const frame of frames) {
      const { xid, ask } = readSentFrame(frame);
      connection.record.asked.push({ at, xid, ask, reply: null, ids: [], takenAt: -1 });
    }
    connection.send(sent);
    return true;
  }

  destroy(): void {
    this.#isOpen = false;
    this.#endServerSide(100_000);
  }

  breakOff(): void {
    this.#connection?.breakOff();
  }

  cutOff(): void {
    if (this.#connection !== null) this.#connection.isClientEndOpen = false;
    this.#isOpen = false;
    this.#endServerSide(5_000_000);
  }

  onFrame(connection: SimConnection, frame: Uint8Array): void {
    const bytes = new Uint8Array(4 + frame.length);
    new DataView(bytes.buffer).setInt32(0, frame.length);
    bytes.set(frame, 4);
    this.#parts.program.run(() => {
      if (!this.#isOpen) return;
      connection.record.seen++;
      this.#handlers?.onBytes(bytes);
    });
  }

  onEnd(): void {
    this.#parts.program.run(() => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#handlers?.onClose();
    });
  }

  #connect(hello: Uint8Array | undefined): SimConnection | null {
    if (!this.#isOpen || hello === undefined) return null;
    const { ensemble } = this.#parts;
    const { sessionId, timeOut, lastZxidSeen } = ConnectRequest.read(new BinaryReader(hello));
    const attempt = {
      ...{ at: ensemble.at(), sessionId, isPasswordRight: true },
      ...{ timeOutMs: timeOut, lastZxidSeen },
    };
    this.#connection = ensemble.open(this.#peer, attempt, this);
    if (this.#connection === null) this.onEnd();
    return this.#connection;
  }

  #endServerSide(usMax: number): void {
    const connection = this.#connection;
    if (connection === null) return;
    connection.isClientEndOpen = false;
    const { clock, queue } = this.#parts.ensemble;
    const us = this.#parts.prng.below(usMax);
    queue.add(clock.nowUs + us, 'hang up', () => connection.endServerSide());
  }
}
