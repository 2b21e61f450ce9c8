/**
 * QuorumPort: the connections between learners and learner masters. It listens all the time, also while
 * another server leads: what to do with a connection that comes early is the peer's decision. It
 * dials the leader when the peer asks for it, and carries bytes both ways.
 */
import type { ServerId } from '../../base/server-id.ts';
import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { LinkRemote } from '../../core/zab/quorum-link.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import type { SecureSocket } from '../../io/net/tcp-dial.ts';
import type { Logger } from '../logging/logger.ts';
import { AcceptedAuth } from './auth/accepted-auth.ts';
import type { QuorumAuth } from './auth/quorum-auth.ts';
import { MemberDial } from './member-dial.ts';
import type { DialTarget, LinkPeer, QuorumLink } from './peer-contract.ts';
import { type ListenOptions, QuorumListener } from './quorum-listener.ts';

/** More cannot all be members of the ensemble. */
const LINKS_MAX = 512;
/** Unsent bytes above which a link is cut off: who takes so little will not catch up. */
const UNSENT_BYTES_MAX = 268_435_456;
/** How long a link that is closing may take to read its last bytes. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface QuorumPortOptions extends ListenOptions {
  /** For each address of a server. */
  readonly connectTimeoutMs: number;
  /** Absent: it dials without TLS. */
  readonly secure?: SecureSocket | undefined;
}

export interface QuorumPortParts<Link extends QuorumLink> {
  readonly options: QuorumPortOptions;
  readonly logger: Logger;
  readonly peer: LinkPeer<Link>;
  /** Absent or null: nobody authenticates. */
  readonly auth?: QuorumAuth | null;
  /** The addresses as they are configured now. */
  addressesOf(target: DialTarget): readonly HostAndPort[];
  /** The members at an address. Absent: nobody looks. */
  membersAt?(address: string): readonly ServerId[];
  /** Reads the clocks, before anything is given to the peer. */
  enter(): void;
  /** Sends and starts what the peer has decided. */
  leave(): void;
}

type AcceptLink<Link extends QuorumLink> = (peer: LinkPeer<Link>, remote: LinkRemote) => Link;

const NOTHING = new Uint8Array(0);

export class QuorumPort<Link extends QuorumLink> {
  readonly #parts: QuorumPortParts<Link>;
  readonly #listener: QuorumListener;
  readonly #sockets = new Map<Link, LinkSocket<Link>>();
  readonly #authenticating = new Set<AcceptedAuth>();
  #isClosed = false;
  #isFlushPlanned = false;

  constructor(parts: QuorumPortParts<Link>) {
    this.#parts = parts;
    this.#listener = new QuorumListener({
      options: { ...parts.options, name: 'quorum port' },
      logger: parts.logger,
      onConnection: (tcp) => this.#accept(tcp, (peer, remote) => peer.acceptLink(remote)),
    });
  }

  /** The own addresses, with the ports that were got for 0. */
  get addresses(): readonly HostAndPort[] {
    return this.#listener.addresses;
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

  /** Connects the link to the server; the peer hears `linkOpened` or `linkClosed`, later. */
  dial(link: Link, target: DialTarget): void {
    const { keepAlive, connectTimeoutMs: timeoutMs, secure } = this.#parts.options;
    const socket = this.#add(link);
    const { auth = null } = this.#parts;
    const dial = new MemberDial(
      { addresses: this.#parts.addressesOf(target), keepAlive, timeoutMs, secure, auth },
      {
        onConnected: (tcp, bytes) => {
          this.#step((peer) => {
            socket.open(tcp);
            peer.linkOpened(link);
          });
          if (bytes.length > 0) socket.onBytes(bytes);
          // What was written before the link was open.
          socket.flush();
        },
        onFailed: (reason) => {
          const { sid } = target;
          this.#parts.logger.debug('cannot reach the learner master', { sid, reason });
          socket.fail();
        },
      },
    );
    socket.dial = dial;
  }

  /**
   * At the end of the turn of the event loop: what all requests of one turn propose goes to each
   * follower in one write.
   */
  flushSoon(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.flush();
    });
  }

  /** Sends what the last steps have written, and ends the links that are to be ended. */
  flush(): void {
    for (const link of this.#parts.peer.takeDirtyLinks()) {
      const socket = this.#sockets.get(link);
      if (socket === undefined) link.release(true);
      else socket.flush();
    }
  }

  /** Cuts everything off; the peer hears nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#listener.close();
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
    for (const accepted of this.#authenticating) accepted.cancel();
  }

  /** Somebody has connected to the observer master port. */
  acceptObserver(tcp: TcpConnection): void {
    this.#accept(tcp, (peer, remote) => peer.acceptObserver(remote));
  }

  #accept(tcp: TcpConnection, accept: AcceptLink<Link>): void {
    const { auth } = this.#parts;
    if (!auth) return this.#admit(tcp, accept, NOTHING);
    this.#makeRoomForAuth();
    const accepted = new AcceptedAuth(tcp, auth, {
      onPassed: (bytes) => {
        this.#authenticating.delete(accepted);
        this.#admit(tcp, accept, bytes);
      },
      onRefused: (reason) => {
        this.#authenticating.delete(accepted);
        this.#parts.logger.warn('quorum connection refused', { address: tcp.address, reason });
      },
      onGone: () => this.#authenticating.delete(accepted),
    });
    this.#authenticating.add(accepted);
    accepted.start(NOTHING);
  }

  /** A server authenticates at once; who only holds a place gives way to who comes. */
  #makeRoomForAuth(): void {
    const [oldest] = this.#authenticating;
    if (oldest === undefined || this.#authenticating.size < LINKS_MAX) return;
    this.#authenticating.delete(oldest);
    oldest.cancel();
  }

  #admit(tcp: TcpConnection, accept: AcceptLink<Link>, bytes: Uint8Array): void {
    const { address, port } = tcp;
    if (this.#sockets.size >= LINKS_MAX && !this.#dropSilent()) {
      this.#parts.logger.warn('quorum connection refused', { address, reason: 'too many' });
      tcp.reset();
      return;
    }
    const sids = this.#parts.membersAt?.(address);
    const remote = { address, port, ...(sids !== undefined && { sids }) };
    const socket = this.#step((peer) => {
      const added = this.#add(accept(peer, remote));
      added.open(tcp);
      return added;
    });
    if (bytes.length > 0) socket?.onBytes(bytes);
  }

  /** Cuts off the oldest that has said nothing; false when all have. */
  #dropSilent(): boolean {
    for (const socket of this.#sockets.values()) {
      if (!socket.isSilent) continue;
      socket.cutOff();
      return true;
    }
    return false;
  }

  #add(link: Link): LinkSocket<Link> {
    const socket = new LinkSocket(link, {
      logger: this.#parts.logger,
      step: (action) => this.#step(action),
      onGone: () => this.#sockets.delete(link),
    });
    this.#sockets.set(link, socket);
    return socket;
  }

  #step<T>(action: (peer: LinkPeer<Link>) => T): T | null {
    if (this.#isClosed) return null;
    this.#parts.enter();
    const result = action(this.#parts.peer);
    this.#parts.leave();
    return result;
  }
}

interface LinkSocketHost<Link extends QuorumLink> {
  readonly logger: Logger;
  /** Gives something to the peer. */
  step(action: (peer: LinkPeer<Link>) => void): void;
  onGone(): void;
}

class LinkSocket<Link extends QuorumLink> {
  dial: MemberDial | null = null;
  readonly #link: Link;
  readonly #host: LinkSocketHost<Link>;
  #tcp: TcpConnection | null = null;
  #isReading = true;
  #isEnding = false;
  #isGone = false;
  #isDrainPlanned = false;
  #hasHeard = false;

  constructor(link: Link, host: LinkSocketHost<Link>) {
    this.#link = link;
    this.#host = host;
  }

  open(tcp: TcpConnection): void {
    if (this.#isGone) return tcp.destroy();
    this.#tcp = tcp;
    tcp.start(this);
  }

  /** Somebody has connected and said nothing: a learner does at once. */
  get isSilent(): boolean {
    return this.dial === null && !this.#hasHeard;
  }

  cutOff(): void {
    this.#tcp?.reset();
    this.#leave();
  }

  /** It could not be dialled. */
  fail(): void {
    this.#leave();
  }

  /** The peer hears nothing. */
  destroy(): void {
    this.#isGone = true;
    this.dial?.cancel();
    this.#tcp?.destroy();
  }

  flush(): void {
    if (this.#isGone || this.#isEnding) return;
    if (this.#link.closeReason !== null) return this.#end(this.#link.closeReason);
    // Not connected yet: what is written stays where it is.
    if (this.#tcp === null) return;
    this.#send(this.#tcp);
    this.#read(this.#tcp);
  }

  onBytes(chunk: Uint8Array): void {
    if (this.#isGone || this.#isEnding) return;
    this.#hasHeard = true;
    this.#host.step((peer) => peer.receiveLink(this.#link, chunk));
  }

  onDrain(): void {
    if (this.#isGone) return;
    this.#link.isCongested = false;
    if (this.#link.hasMore) this.#host.step((peer) => peer.linkDrained(this.#link));
  }

  onClose(): void {
    this.#leave();
  }

  #send(tcp: TcpConnection): void {
    const { output } = this.#link;
    const isTaken = output.length === 0 || tcp.write(output);
    this.#link.release(isTaken);
    this.#link.isCongested = tcp.unsentBytes > 0;
    if (tcp.unsentBytes > UNSENT_BYTES_MAX) {
      const { address } = this.#link.remote;
      const { unsentBytes } = tcp;
      this.#host.logger.warn('the other server does not read: cut off', { address, unsentBytes });
      tcp.destroy();
      return;
    }
    if (this.#link.hasMore && !this.#link.isCongested) this.#drainSoon();
  }

  #read(tcp: TcpConnection): void {
    if (this.#link.isPaused === !this.#isReading) return;
    this.#isReading = !this.#link.isPaused;
    if (this.#isReading) tcp.resume();
    else tcp.pause();
  }

  /** The system took all at once: the next piece, when others have had their turn. */
  #drainSoon(): void {
    if (this.#isDrainPlanned) return;
    this.#isDrainPlanned = true;
    setImmediate(() => {
      this.#isDrainPlanned = false;
      if (!this.#isGone) this.#host.step((peer) => peer.linkDrained(this.#link));
    });
  }

  #end(reason: string): void {
    this.#isEnding = true;
    const { remote, closeDetail: detail } = this.#link;
    this.#host.logger.info('quorum connection closed', {
      address: remote.address,
      reason,
      ...(detail !== '' && { detail }),
    });
    this.dial?.cancel();
    if (this.#tcp !== null && this.#link.output.length > 0) this.#tcp.write(this.#link.output);
    this.#link.release(false);
    this.#tcp?.finish(CLOSE_TIMEOUT_MS);
    // In a step of its own: this one is being carried out.
    setImmediate(() => this.#leave());
  }

  /** The peer forgets the link; the socket may still send what it has. */
  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#host.onGone();
    this.#host.step((peer) => peer.linkClosed(this.#link));
  }
}
