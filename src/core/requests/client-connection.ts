/**
 * ClientConnection: what the server knows of one connected client (ZooKeeper's ServerCnxn): its
 * session, its identities, its requests under way and the bytes that wait to be sent to it.
 *
 * Writes are counted as they come and as they are done, which keeps the order of one session: a
 * read that arrives behind an unfinished write of its own connection waits; reads of others do not.
 */

import type { SessionId } from '../../base/session-id.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { FrameDecoder } from '../../protocol/jute/frame-decoder.ts';
import type { Id } from '../../protocol/records/acl.ts';
import { Xid } from '../../protocol/records/connect.ts';
import { KEEPER_STATE_SYNC_CONNECTED } from '../../protocol/watch-event.ts';
import type { Session } from '../sessions/session-tracker.ts';
import type { WatchedEvent, Watcher } from '../tree/watch-manager.ts';
import type { SaslNegotiation } from './auth-provider.ts';
import { ConnectionStats } from './connection-stats.ts';

export interface RemoteAddress {
  readonly address: string;
  readonly port: number;
  /** It speaks TLS. Absent is false. */
  readonly isEncrypted?: boolean;
}

/** A read, or the refusal of a request, that waits for the writes before it. */
export interface WaitingReply {
  /** How many of the connection's writes come before it. */
  readonly afterWrites: number;
  /** The request, as a copy; null for a refusal. */
  readonly frame: Uint8Array | null;
  readonly xid: number;
  readonly err: number;
  readonly receivedMs: number;
  /** The connection ends with this reply, for this reason; null when it goes on. */
  readonly closeReason: string | null;
}

export interface ConnectionHost {
  readonly stats: { readonly watches: { bytes: number } };
  /** May this connection see events under this ACL? */
  maySee(connection: ClientConnection, aclId: number): boolean;
  /** Where the connection's next frame is to be written. */
  outputOf(connection: ClientConnection): BinaryWriter;
}

export class ClientConnection implements Watcher {
  readonly id: number;
  readonly remote: RemoteAddress;
  readonly stats: ConnectionStats;
  readonly frames: FrameDecoder;
  authIds: readonly Id[] = [];
  /** Null until it has said anything by SASL. */
  sasl: SaslNegotiation | null = null;
  session: Session | null = null;
  /** The session that it wants, while it is not known whether it gets it: its frames wait. */
  heldForSession: SessionId | null = null;
  /** True once a ConnectRequest was taken: the next frames are requests. */
  hasConnected = false;
  /** Whether the client's ConnectRequest had the read-only byte. */
  sentReadOnly = true;
  writesSubmitted = 0;
  writesDone = 0;
  waiting: WaitingReply[] = [];
  /** Set once: the connection ends when its output is sent. */
  closeReason: string | null = null;
  /** How the transport ended, when that was not this server's wish: the driver knows better. */
  lossReason = 'closed by client';
  /** Bytes to be sent; null when there are none. Owned by the host. */
  output: BinaryWriter | null = null;
  /** The driver should stop reading until it is told to go on: too much is outstanding. */
  isThrottled = false;
  readonly #host: ConnectionHost;
  #watches: Map<string, number> | null = null;

  constructor(
    host: ConnectionHost,
    facts: { id: number; remote: RemoteAddress; frameBytesMax: number; nowWallMs: number },
  ) {
    this.#host = host;
    this.id = facts.id;
    this.remote = facts.remote;
    this.frames = new FrameDecoder(facts.frameBytesMax);
    this.stats = new ConnectionStats(facts.nowWallMs);
  }

  /** An idle connection has none, and then no map either. */
  get watches(): Map<string, number> {
    this.#watches ??= new Map();
    return this.#watches;
  }

  get hasWatches(): boolean {
    return this.#watches !== null && this.#watches.size > 0;
  }

  get hasPendingWrites(): boolean {
    return this.writesDone < this.writesSubmitted;
  }

  get isClosing(): boolean {
    return this.closeReason !== null;
  }

  notify(event: WatchedEvent): void {
    if (this.isClosing || !this.#host.maySee(this, event.aclId)) return;
    const frame = frameOf(event);
    this.#host.outputOf(this).raw(frame.bytes, 0, frame.at);
    this.#host.stats.watches.bytes += frame.at;
    this.stats.sent++;
  }
}

const eventFrame = new BinaryWriter();
let encodedEvent: WatchedEvent | null = null;

/** An event that many are told of is encoded once. */
function frameOf(event: WatchedEvent): BinaryWriter {
  if (encodedEvent === event) return eventFrame;
  encodedEvent = event;
  eventFrame.clear();
  const mark = eventFrame.beginFrame();
  eventFrame.int(Xid.notification);
  eventFrame.longFromNumber(event.zxid);
  eventFrame.int(0);
  eventFrame.int(event.type);
  eventFrame.int(KEEPER_STATE_SYNC_CONNECTED);
  eventFrame.ustring(event.path);
  eventFrame.endFrame(mark);
  return eventFrame;
}
