/** PeerClientServer: a member of an ensemble as the client port and the four-letter words see it. */
import type { Now } from '../../base/now.ts';
import type { ClientConnection, RemoteAddress } from '../../core/requests/client-connection.ts';
import type { ClientServer, PortClosings, ServerMode } from '../client-server.ts';
import type { QuorumPeer } from './peer-contract.ts';

export class PeerClientServer implements ClientServer {
  readonly #peer: QuorumPeer;
  readonly #electionRefusals: () => ReadonlyMap<string, number>;

  constructor(peer: QuorumPeer, electionRefusals: () => ReadonlyMap<string, number>) {
    this.#peer = peer;
    this.#electionRefusals = electionRefusals;
  }

  get closings(): PortClosings {
    return { election: this.#electionRefusals(), quorum: this.#peer.closings };
  }

  get database() {
    return this.#peer.history.database;
  }

  get isServing(): boolean {
    return this.#peer.processor !== null;
  }

  get processor() {
    return this.#peer.processor;
  }

  get sessions() {
    return this.#peer.sessions;
  }

  get stats() {
    return this.#peer.stats;
  }

  get storage() {
    const { lastZxid: lastAppended, lastSynced, isSnapshotting } = this.#peer.history;
    return { lastAppended, lastSynced, isSnapshotting };
  }

  /** Shown only while it serves. */
  get mode(): ServerMode {
    return this.#peer.mode ?? 'follower';
  }

  get ensemble() {
    return this.#peer.figures;
  }

  setNow(now: Now): void {
    this.#peer.setNow(now);
  }

  connect(remote: RemoteAddress): ClientConnection {
    return this.#peer.connect(remote);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    this.#peer.receive(connection, chunk);
  }

  continue(connection: ClientConnection): void {
    this.#peer.continue(connection);
  }

  disconnect(connection: ClientConnection): void {
    this.#peer.disconnect(connection);
  }

  takeSnapshot(): boolean {
    return this.#peer.takeSnapshot();
  }

  takeDirty(): readonly ClientConnection[] {
    return this.#peer.takeDirty();
  }

  /** A connection outlives the processor of its role until its last bytes are sent. */
  release(connection: ClientConnection): void {
    if (this.#peer.processor === null) connection.output = null;
    else this.#peer.processor.output.release(connection);
  }

  takeResumed(): readonly ClientConnection[] {
    return this.#peer.processor?.takeResumed() ?? [];
  }
}
