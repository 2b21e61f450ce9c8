/**
 * ElectionPort: the connections of leader election (ZooKeeper's QuorumCnxManager): at most one with
 * each other server, both sides may dial.
 *
 * The side with the larger id keeps the connection that it dialled. A smaller one that dials is
 * closed and dialled back, so that two servers which dial each other at once end with the same
 * connection. A new connection replaces an older one: the older may be dead without knowing it.
 */
import { OBSERVER_ID, type ServerId } from '../../base/server-id.ts';
import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import type { SecureSocket } from '../../io/net/tcp-dial.ts';
import {
  describeElectionAddress,
  encodeInitialMessage,
  type InitialMessage,
} from '../../protocol/records/election.ts';
import type { LogFacts, Logger } from '../logging/logger.ts';
import { AcceptedAuth } from './auth/accepted-auth.ts';
import type { QuorumAuth } from './auth/quorum-auth.ts';
import { ElectionHandshake } from './election-handshake.ts';
import { ElectionPeer, type RetryTimes } from './election-peer.ts';
import { MemberDial } from './member-dial.ts';
import { type ListenOptions, QuorumListener } from './quorum-listener.ts';

/** Accepted connections that have not said who they are. */
const HANDSHAKES_MAX = 256;
/** Servers that the configuration does not name: those that are about to join, and liars. */
const STRANGERS_MAX = 64;

const RETRY_TIMES: RetryTimes = { firstMs: 200, maxMs: 10_000, dialBackMs: 2_000 };

export interface ElectionPortOptions extends ListenOptions {
  readonly sid: ServerId;
  /** Tell others all addresses, not the first alone (multiAddress.enabled). */
  readonly isMultiAddress: boolean;
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Absent: it dials without TLS. */
  readonly secure?: SecureSocket | undefined;
  readonly retry?: RetryTimes;
}

export interface ElectionPortParts {
  readonly options: ElectionPortOptions;
  readonly logger: Logger;
  /** Absent or null: nobody authenticates. */
  readonly auth?: QuorumAuth | null;
  /** The election addresses of a server as they are configured now; none for one that is not. */
  addressesOf(sid: ServerId): readonly HostAndPort[];
  /** Whether the server may come from there. Absent: from anywhere. */
  isAt?(sid: ServerId, address: string): boolean;
  /** Why it is no message, which ends the connection, or null. The bytes are good only until then. */
  onMessage(from: ServerId, bytes: Uint8Array): string | null;
  onPeerUp(sid: ServerId): void;
  onPeerDown(sid: ServerId): void;
}

interface Caller {
  readonly sid: ServerId;
  /** Where it says that it listens. */
  readonly addresses: readonly HostAndPort[];
  readonly tcp: TcpConnection;
}

const NOTHING = new Uint8Array(0);

export class ElectionPort {
  readonly #parts: ElectionPortParts;
  readonly #listener: QuorumListener;
  readonly #peers = new Map<ServerId, ElectionPeer>();
  readonly #handshakes = new Set<ElectionHandshake | AcceptedAuth>();
  /** Connections that were cut off, by reason. */
  readonly #refusals = new Map<string, number>();
  #lastObserverId = 0;
  #isClosed = false;

  constructor(parts: ElectionPortParts) {
    this.#parts = parts;
    this.#listener = new QuorumListener({
      options: { ...parts.options, name: 'election port' },
      logger: parts.logger,
      onConnection: (tcp) => this.#accept(tcp),
    });
  }

  /** The own addresses, with the ports that were got for 0. */
  get addresses(): readonly HostAndPort[] {
    return this.#listener.addresses;
  }

  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** Where it listens; 0 when nowhere. */
  get port(): number {
    return this.#listener.port;
  }

  /** Rejects with StartupError when the port cannot be had. */
  listen(): Promise<void> {
    return this.#listener.listen();
  }

  /** A reconfiguration gives this server other addresses; connections stay. */
  move(addresses: readonly HostAndPort[]): Promise<void> {
    return this.#listener.move(addresses);
  }

  /** Only the newest message to each server matters: it replaces one that still waits. */
  send(to: ServerId, bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (to === this.#parts.options.sid) {
      const copy = bytes.slice();
      queueMicrotask(() => {
        if (!this.#isClosed) this.#parts.onMessage(to, copy);
      });
      return;
    }
    const frame = new Uint8Array(4 + bytes.length);
    new DataView(frame.buffer).setInt32(0, bytes.length);
    frame.set(bytes, 4);
    this.#peer(to).send(frame);
  }

  /** Dials everybody to whom there is no connection, now. */
  connectAll(): void {
    for (const peer of this.#peers.values()) peer.connect();
  }

  isConnected(sid: ServerId): boolean {
    return this.#peers.get(sid)?.isConnected ?? false;
  }

  /** Why a server could not be reached; `` when it was or nobody has tried. */
  unreachableReason(sid: ServerId): string {
    return this.#peers.get(sid)?.unreachableReason ?? '';
  }

  close(): void {
    this.#isClosed = true;
    this.#listener.close();
    for (const handshake of this.#handshakes) handshake.cancel();
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
  }

  #accept(tcp: TcpConnection): void {
    const from = describeElectionAddress({ host: tcp.address, port: tcp.port });
    this.#makeRoomForHandshake();
    const { handshakeTimeoutMs } = this.#parts.options;
    const handshake = new ElectionHandshake(tcp, handshakeTimeoutMs, {
      onIdentified: (message, rest) => {
        this.#handshakes.delete(handshake);
        this.#onIdentified(tcp, message, rest);
      },
      onRefused: (reason, detail) => {
        this.#handshakes.delete(handshake);
        this.#refuse(reason, { from, ...(detail !== '' && { detail }) });
      },
      onGone: () => this.#handshakes.delete(handshake),
    });
    this.#handshakes.add(handshake);
  }

  /** A server says at once who it is; who only holds a place gives way to who comes. */
  #makeRoomForHandshake(): void {
    const [oldest] = this.#handshakes;
    if (oldest === undefined || this.#handshakes.size < HANDSHAKES_MAX) return;
    this.#handshakes.delete(oldest);
    oldest.cancel();
    this.#refuse('too many connections that have not said who they are', {});
  }

  #onIdentified(tcp: TcpConnection, message: InitialMessage, rest: Uint8Array): void {
    const { sid: own } = this.#parts.options;
    const from = describeElectionAddress({ host: tcp.address, port: tcp.port });
    const sid = message.serverId === OBSERVER_ID ? --this.#lastObserverId : message.serverId;
    if (message.serverId < 0) {
      tcp.destroy();
      return this.#refuse('a negative server id', { from });
    }
    if (sid === own) {
      tcp.destroy();
      const said = message.addresses.map(describeElectionAddress).join(' ');
      return this.#refuse('another server has the same myid as this one', { from, sid, said });
    }
    if (this.#parts.isAt?.(sid, tcp.address) === false) {
      tcp.destroy();
      return this.#refuse('a server at an address that is not its own', { from, sid });
    }
    if (!this.#peers.has(sid) && !this.#hasRoomFor(sid)) {
      tcp.destroy();
      return this.#refuse('too many servers that are not in the configuration', { from, sid });
    }
    const caller = { sid, addresses: message.addresses, tcp };
    if (this.#parts.auth) this.#authenticate(caller, rest, this.#parts.auth);
    else this.#settle(caller, rest);
  }

  #authenticate(caller: Caller, rest: Uint8Array, auth: QuorumAuth): void {
    this.#makeRoomForHandshake();
    const { sid, tcp } = caller;
    const accepted = new AcceptedAuth(tcp, auth, {
      onPassed: (bytes) => {
        this.#handshakes.delete(accepted);
        this.#settle(caller, bytes);
      },
      onRefused: (detail) => {
        this.#handshakes.delete(accepted);
        this.#refuse('a server that has not authenticated', { from: tcp.address, sid, detail });
      },
      onGone: () => {
        this.#handshakes.delete(accepted);
        // A smaller one that does not authenticate says who it is and goes.
        if (!auth.isRequired && sid < this.#parts.options.sid) this.#settle(caller, NOTHING);
      },
    });
    this.#handshakes.add(accepted);
    accepted.start(rest);
  }

  /** It is who it says, as far as anybody asks. */
  #settle({ sid, addresses, tcp }: Caller, bytes: Uint8Array): void {
    const peer = this.#peer(sid);
    if (sid > this.#parts.options.sid) return peer.adopt(tcp, bytes);
    tcp.destroy();
    peer.dialBack(addresses);
  }

  #hasRoomFor(sid: ServerId): boolean {
    if (this.#parts.addressesOf(sid).length > 0) return true;
    let strangers = 0;
    for (const [known, peer] of this.#peers) {
      if (this.#parts.addressesOf(known).length > 0) continue;
      if (peer.isIdle) this.#peers.delete(known);
      else strangers++;
    }
    return strangers < STRANGERS_MAX;
  }

  #peer(sid: ServerId): ElectionPeer {
    const known = this.#peers.get(sid);
    if (known !== undefined) return known;
    const { options, logger } = this.#parts;
    const { keepAlive, connectTimeoutMs: timeoutMs, secure } = options;
    const peer = new ElectionPeer(
      {
        dial: (learned, events) => {
          // Whoever says that it is server 1 may say where that listens; the configuration knows.
          const addresses = withoutDoubles([...this.#parts.addressesOf(sid), ...learned]);
          const greeting = this.#greeting();
          const { auth = null } = this.#parts;
          return new MemberDial(
            { addresses, keepAlive, timeoutMs, secure, greeting, auth },
            events,
          );
        },
        keeps: (tcp) => this.#keeps(tcp, sid),
        onMessage: (bytes) => this.#parts.onMessage(sid, bytes),
        onUp: () => {
          logger.debug('election connection', { sid });
          this.#parts.onPeerUp(sid);
        },
        onDown: () => {
          logger.debug('election connection ended', { sid });
          this.#parts.onPeerDown(sid);
        },
        onMalformed: (detail) => this.#refuse('malformed frame', { sid, detail }),
        onUnreachable: (reason, failures) => {
          // Servers that start together miss each other at first; what lasts is worth a warning.
          const level = failures === 1 ? 'info' : failures % 16 === 8 ? 'warn' : 'debug';
          logger[level]('cannot reach the election port', { sid, reason, failures });
        },
      },
      options.retry ?? RETRY_TIMES,
    );
    this.#peers.set(sid, peer);
    return peer;
  }

  /** Says who we are. */
  #greeting(): Uint8Array {
    const { sid, isMultiAddress } = this.#parts.options;
    const addresses = isMultiAddress ? this.addresses : this.addresses.slice(0, 1);
    return encodeInitialMessage({ serverId: sid, addresses, isMultiAddress });
  }

  /** True when we have the larger id. */
  #keeps(tcp: TcpConnection, sid: ServerId): boolean {
    const { sid: own, connectTimeoutMs } = this.#parts.options;
    if (own > sid) return true;
    tcp.end(connectTimeoutMs);
    return false;
  }

  #refuse(reason: string, facts: LogFacts): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
    this.#parts.logger.warn('election connection refused', { reason, ...facts });
  }
}

function withoutDoubles(addresses: readonly HostAndPort[]): HostAndPort[] {
  return [...new Map(addresses.map((each) => [describeElectionAddress(each), each])).values()];
}
