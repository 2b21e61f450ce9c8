/**
 * ServedClients: the clients' connections of one server, and the observer of all that leaves it for
 * them. P15: a reply shows nothing that is not committed.
 */
import type { ServerId } from '../../base/server-id.ts';
import { describeZxid } from '../../base/zxid.ts';
import type { QuorumPeer } from '../../core/quorum-peer.ts';
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import { FrameRecorder, type Shown } from '../frame-recorder.ts';
import type { ConnectionHistory } from '../history.ts';
import type { SimConnection } from '../sim-connection.ts';
import { splitFrames } from '../split-frames.ts';
import { Violated } from '../violated.ts';
import { checkReadOnly } from './checkers/read-only.ts';
import type { EnsembleHooks } from './ensemble-hooks.ts';
import type { Witness } from './witness.ts';

export interface ServedClientsParts {
  readonly sid: ServerId;
  readonly witness: Witness;
  readonly hooks: EnsembleHooks;
  /** Of which no txn tells. */
  readonly hasLocalSessions: boolean;
  /** The server has it as one of the ensemble's. */
  isKnown(session: bigint): boolean;
  at(): number;
  trace(text: string): void;
  step(label: string, action: (peer: QuorumPeer) => void): void;
  /** In the same turn, as soon as may be. */
  soon(label: string, action: () => void): void;
  onHeard(session: bigint): void;
  /** The session is given to a client, which is no sign of life. */
  onShown(session: bigint): void;
}

export class ServedClients {
  readonly #parts: ServedClientsParts;
  readonly #recorder: FrameRecorder;
  readonly #connections = new Map<ClientConnection, SimConnection>();

  constructor(parts: ServedClientsParts) {
    this.#parts = parts;
    this.#recorder = new FrameRecorder(parts.at);
  }

  /** False when nobody listens. */
  accept(server: QuorumPeer, connection: SimConnection): boolean {
    if (server.mode === null) return false;
    connection.peer = server.connect({ address: connection.address, port: 1000 });
    this.#connections.set(connection.peer, connection);
    this.#recorder.open(connection.record, connection.address);
    return true;
  }

  receive(connection: SimConnection, bytes: Uint8Array): void {
    const { peer } = connection;
    if (peer === null) return;
    this.#parts.step('bytes', (server) => {
      if (peer.isClosing || !this.#connections.has(peer)) return;
      const wasClosing = peer.session?.isClosing === true;
      server.receive(peer, bytes);
      const { received } = peer.stats;
      const isAlive = this.#recorder.onTaken(connection.record, received, wasClosing);
      if (isAlive && peer.session !== null) this.#parts.onHeard(peer.session.id);
      if (peer.isThrottled) connection.isPaused = true;
      // A real driver reads into the same buffer again at once.
      if (peer.frames.hasUnread) peer.frames.keepUnread();
      bytes.fill(0xa5);
    });
  }

  onClosedByClient({ peer, record }: SimConnection): void {
    if (peer === null || !this.#connections.delete(peer)) return;
    record.closedAt = this.#parts.at();
    this.#parts.step('gone', (server) => server.disconnect(peer));
  }

  /** The process is gone. */
  cutAll(): void {
    for (const connection of this.#connections.values()) {
      connection.record.closedAt = this.#parts.at();
      connection.closeFromServer();
    }
    this.#connections.clear();
  }

  leave(server: QuorumPeer): void {
    for (const peer of server.takeDirty()) this.#flush(server, peer);
    for (const peer of server.processor?.takeResumed() ?? []) {
      this.#connections.get(peer)?.resume();
    }
  }

  #flush(server: QuorumPeer, peer: ClientConnection): void {
    const connection = this.#connections.get(peer);
    const written = peer.output?.written() ?? new Uint8Array(0);
    const plain = connection === undefined ? [] : splitFrames(written);
    const frames = this.#parts.hooks.frames?.(plain) ?? plain;
    const { processor } = server;
    if (processor?.connections.has(peer) === true) processor.output.release(peer);
    else peer.output = null;
    if (connection === undefined) return;
    for (const frame of frames) this.#record(server, connection, frame);
    connection.sendDown(frames);
    if (peer.isClosing) return this.#end(server, connection, peer);
    if (peer.frames.hasUnread) this.#continueSoon(connection, peer);
  }

  #continueSoon(connection: SimConnection, peer: ClientConnection): void {
    connection.isPaused = true;
    this.#parts.soon('continue', () => {
      if (!this.#connections.has(peer)) return;
      this.#parts.step('continue', (server) => {
        const wasClosing = peer.session?.isClosing === true;
        server.continue(peer);
        this.#recorder.onTaken(connection.record, peer.stats.received, wasClosing);
        if (!peer.frames.hasUnread && !peer.isThrottled) connection.resume();
      });
    });
  }

  #end(server: QuorumPeer, connection: SimConnection, peer: ClientConnection): void {
    this.#connections.delete(peer);
    this.#parts.trace(`close ${connection.record.id}: ${peer.closeReason}`);
    server.disconnect(peer);
    connection.record.closedAt = this.#parts.at();
    connection.closeFromServer();
  }

  #record(server: QuorumPeer, connection: SimConnection, frame: Uint8Array): void {
    const { record } = connection;
    // Only to visitors: an error in place of a session.
    const isRefusal = record.attempt.isReadOnly && record.stream.length === 0;
    if (isRefusal && frame.length === 16) return;
    const shown = this.#recorder.record(record, frame);
    this.#parts.trace(`out ${record.id} ${shown.text}`);
    if (server.mode === 'read-only') return this.#checkReadOnly(record, shown);
    this.#check(shown);
    const { connected } = shown;
    if (connected === null || connected.sessionId === 0n) return;
    record.connectedZxid = server.history.database.tree.lastProcessedZxid;
    this.#parts.onShown(connected.sessionId);
  }

  #checkReadOnly(record: ConnectionHistory, { connected }: Shown): void {
    const { sid, witness } = this.#parts;
    if (record.attempt.isReadOnly !== true) {
      throw Violated.of('R1', `server ${sid} is read-only and serves who has not asked for that`);
    }
    if (connected !== null && witness.model.sessions.has(connected.sessionId)) {
      const lag = this.#parts.isKnown(connected.sessionId);
      if (lag) throw Violated.of('R1', `server ${sid} is read-only and gives a session of all`);
    }
    checkReadOnly(record, witness);
  }

  #check({ zxid, connected }: Shown): void {
    const { sid, witness } = this.#parts;
    if (zxid > 0 && !witness.isCommitted(zxid)) {
      const last = describeZxid(witness.lastCommitted);
      const message = `server ${sid} shows ${describeZxid(zxid)}; committed is ${last}`;
      throw Violated.of('P15', message);
    }
    if (connected === null || connected.sessionId === 0n || this.#parts.hasLocalSessions) return;
    if (witness.isSessionCommitted(connected.sessionId)) return;
    throw Violated.of('P15', `session ${connected.sessionId} is shown and not committed`);
  }
}
