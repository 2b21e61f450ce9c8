/**
 * ElectionNet: the connections between election ports. Each pair of servers has one at most; for
 * each receiver only the newest message waits; what a connection has taken is lost with it, and the
 * last message is sent again on the next one. The two ends learn of its end at different times.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { Way } from '../ensemble-watcher.ts';
import type { SimNetwork } from './sim-network.ts';

export interface ElectionPort {
  readonly sid: ServerId;
  /** False while no process of it listens. */
  readonly isListening: boolean;
  onPeerUp(sid: ServerId): void;
  onPeerDown(sid: ServerId): void;
  onMessage(from: ServerId, bytes: Uint8Array): void;
}

interface Connection {
  isBroken: boolean;
}

/** What one server knows of its connection to another. */
interface End {
  readonly port: ElectionPort;
  readonly other: ElectionPort;
  connection: Connection | null;
  pending: Uint8Array | null;
  lastSent: Uint8Array | null;
  lastUs: number;
  /** How often its process has gone. */
  lives: number;
}

export interface ElectionNetOptions {
  /** A server that has just begun to listen may be found late. */
  readonly slowStartUs: number;
  /** What a broken connection had already carried over may be read behind what came on the next. */
  readonly hasLateMessages: boolean;
  /** A connection has taken the message. */
  onSent?(way: Way, bytes: Uint8Array): void;
}

const RETRY_US_MAX = 400_000;

export class ElectionNet {
  readonly #network: SimNetwork;
  readonly #ends = new Map<string, End>();
  readonly #dialling = new Set<string>();
  readonly #options: ElectionNetOptions;

  constructor(network: SimNetwork, ports: readonly ElectionPort[], options: ElectionNetOptions) {
    this.#network = network;
    this.#options = options;
    for (const port of ports) {
      for (const other of ports) {
        if (port === other) continue;
        this.#ends.set(`${port.sid}>${other.sid}`, {
          port,
          other,
          connection: null,
          pending: null,
          lastSent: null,
          lastUs: 0,
          lives: 0,
        });
      }
    }
  }

  send(from: ServerId, to: ServerId, bytes: Uint8Array): void {
    const end = this.#ends.get(`${from}>${to}`);
    if (end === undefined) return;
    end.pending = bytes;
    this.#flush(end);
    if (end.connection === null) this.#connect(end, this.#network.delayUs(from, to));
  }

  /** The process is gone; the others learn of it, late if nobody tells them. */
  forget(sid: ServerId, isSilent: boolean): void {
    const { prng } = this.#network.parts;
    for (const end of this.#ends.values()) {
      if (end.port.sid !== sid) continue;
      end.lives++;
      end.pending = null;
      end.lastSent = null;
      const { connection } = end;
      end.connection = null;
      if (connection === null) continue;
      connection.isBroken = true;
      const us = isSilent ? prng.pick([100_000, 3_000_000]) : prng.below(20_000);
      const far = this.#farEnd(end);
      this.#network.after(us, 'election port gone', () => this.#drop(far, connection));
    }
  }

  /** Breaks the connection of two servers, if there is one. */
  cut(one: ServerId, other: ServerId): void {
    const end = this.#ends.get(`${one}>${other}`);
    const connection = end?.connection;
    if (end === undefined || connection === null || connection === undefined) return;
    connection.isBroken = true;
    const { prng } = this.#network.parts;
    for (const each of [end, this.#farEnd(end)]) {
      const us = prng.pick([prng.below(5000), prng.below(2_000_000)]);
      this.#network.after(us, 'election cut', () => this.#drop(each, connection));
    }
  }

  #farEnd({ port, other }: End): End {
    return this.#ends.get(`${other.sid}>${port.sid}`) as End;
  }

  #drop(end: End, connection: Connection): void {
    if (end.connection !== connection) return;
    end.connection = null;
    if (end.port.isListening) end.port.onPeerDown(end.other.sid);
    if (end.pending !== null) this.#connect(end, 1000);
  }

  /** Whoever has something to say dials, again and again. */
  #connect(end: End, us: number): void {
    const { sid } = end.port;
    const key = [sid, end.other.sid].sort((a, b) => a - b).join('-');
    if (this.#dialling.has(key)) return;
    this.#dialling.add(key);
    const { prng } = this.#network.parts;
    this.#network.after(us + prng.below(this.#options.slowStartUs), 'election dial', () => {
      this.#dialling.delete(key);
      if (end.connection !== null || end.pending === null || !end.port.isListening) {
        // The other end may have had a reason of its own.
        const far = this.#farEnd(end);
        const isWanted = far.pending !== null && far.connection === null && far.port.isListening;
        return isWanted ? this.#connect(far, 1000) : undefined;
      }
      const isOpen = this.#network.isOpenBothWays(sid, end.other.sid);
      if (isOpen && end.other.isListening) return this.#establish(end);
      this.#connect(end, prng.between(20_000, RETRY_US_MAX));
    });
  }

  #establish(end: End): void {
    const connection: Connection = { isBroken: false };
    const far = this.#farEnd(end);
    // The far end may still believe in a former connection: it is dropped now.
    for (const each of [end, far]) {
      if (each.connection !== null) {
        each.connection.isBroken = true;
        each.port.onPeerDown(each.other.sid);
      }
      each.connection = connection;
      each.pending ??= each.lastSent;
    }
    for (const each of [end, far]) {
      if (each.connection !== connection) continue;
      each.port.onPeerUp(each.other.sid);
      this.#flush(each);
    }
  }

  #flush(end: End): void {
    const { connection, pending } = end;
    if (connection === null || pending === null) return;
    end.pending = null;
    end.lastSent = pending;
    this.#options.onSent?.({ from: end.port.sid, to: end.other.sid }, pending);
    const { clock, queue } = this.#network.parts;
    const delayUs = this.#network.delayUs(end.port.sid, end.other.sid);
    end.lastUs = Math.max(end.lastUs + 1, clock.nowUs + delayUs);
    queue.add(end.lastUs, 'notification', () => this.#arrive(end, connection, pending));
  }

  #arrive(end: End, connection: Connection, bytes: Uint8Array): void {
    const far = this.#farEnd(end);
    if (connection.isBroken || far.connection !== connection) return this.#arriveLate(end, bytes);
    if (!this.#network.isOpen(end.port.sid, far.port.sid)) {
      return this.#network.whenHealed(() => this.#arrive(end, connection, bytes));
    }
    far.port.onMessage(end.port.sid, bytes);
  }

  #arriveLate(end: End, bytes: Uint8Array): void {
    const { prng } = this.#network.parts;
    if (!this.#options.hasLateMessages || prng.chance(0.3)) return;
    const far = this.#farEnd(end);
    const { lives } = far;
    this.#network.after(prng.pick([1000, 100_000, 2_000_000]), 'late notification', () => {
      if (far.lives === lives && far.port.isListening) far.port.onMessage(end.port.sid, bytes);
    });
  }
}
