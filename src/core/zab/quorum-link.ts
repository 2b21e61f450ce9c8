/**
 * QuorumLink: one connection between a learner and the leader, as both ends see it: packets come
 * in through a decoder, packets go out through a writer that the driver empties after each step.
 */

import { copyOf } from '../../base/byte-pool.ts';
import type { ServerId } from '../../base/server-id.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';

const WRITER_BYTES = 64 * 1024;
/** A writer that a burst has grown beyond this is not kept. */
const WRITER_BYTES_KEPT = 4 * 1024 * 1024;

export interface LinkRemote {
  readonly address: string;
  readonly port: number;
  /** The members that are at that address. Absent: nobody has looked. */
  readonly sids?: readonly ServerId[];
}

export interface LinkOwner {
  /** The link has output, or is to be ended. */
  onDirty(link: QuorumLink): void;
  /** It has got its reason to be ended. */
  onClosing?(link: QuorumLink): void;
}

export class QuorumLink {
  readonly id: number;
  readonly remote: LinkRemote;
  readonly decoder: QuorumPacketDecoder;
  /** Set once: the link ends when its output is sent. Reasons are fixed texts, to be counted. */
  closeReason: string | null = null;
  closeDetail = '';
  /** The driver should not read for now. */
  isPaused = false;
  /** Set by the driver: it has bytes that the system does not take. */
  isCongested = false;
  /** There is more to send: the driver says `linkDrained` when the system has taken the output. */
  hasMore = false;
  readonly #owner: LinkOwner;
  #writer = new BinaryWriter(WRITER_BYTES);
  #isDirty = false;
  #backlog: Uint8Array[] = [];

  constructor(owner: LinkOwner, facts: { id: number; remote: LinkRemote; packetBytesMax: number }) {
    this.#owner = owner;
    this.id = facts.id;
    this.remote = facts.remote;
    this.decoder = new QuorumPacketDecoder(facts.packetBytesMax);
  }

  get isClosing(): boolean {
    return this.closeReason !== null;
  }

  /** Where the next packet is to be written. */
  get writer(): BinaryWriter {
    if (!this.#isDirty) this.#markDirty();
    return this.#writer;
  }

  /** The bytes to send, good until `release`. */
  get output(): Uint8Array {
    return this.#writer.written();
  }

  /** The driver has sent the output; or, not `isTaken`, keeps its memory. */
  release(isTaken: boolean): void {
    this.#isDirty = false;
    if (isTaken && this.#writer.bytes.length <= WRITER_BYTES_KEPT) this.#writer.clear();
    else this.#writer = new BinaryWriter(WRITER_BYTES);
  }

  close(reason: string, detail = ''): void {
    if (this.closeReason !== null) return;
    this.closeReason = reason;
    this.closeDetail = detail;
    this.#owner.onClosing?.(this);
    this.#markDirty();
  }

  /** Gives the decoder the chunk now, or keeps a copy of it while reading is paused. */
  offer(chunk: Uint8Array): boolean {
    if (this.isPaused || this.#backlog.length > 0) {
      this.#backlog.push(copyOf(chunk, 0, chunk.length));
      return false;
    }
    this.decoder.push(chunk);
    return true;
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.decoder.keepUnread();
    this.#markDirty();
  }

  resume(): void {
    this.isPaused = false;
    this.#markDirty();
  }

  /** After all of the decoder's bytes are used: the next chunk that was kept. */
  takeBacklog(): boolean {
    const chunk = this.#backlog.shift();
    if (chunk === undefined) return false;
    this.decoder.push(chunk);
    return true;
  }

  #markDirty(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#owner.onDirty(this);
  }
}
