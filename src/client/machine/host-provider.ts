/**
 * HostProvider: which server next, and after which pause (ZooKeeper's StaticHostProvider). Each
 * round visits every server once, in the order of one seeded shuffle; the pauses grow from round to
 * round, so that a client neither gives up on an ensemble nor storms it.
 */
import type { Prng } from '../../base/prng.ts';

export interface Host {
  readonly host: string;
  readonly port: number;
}

export interface HostProviderOptions {
  readonly hosts: readonly Host[];
  /** False keeps the order of the connect string. */
  readonly isShuffled: boolean;
  /** The pause after the first round in which no server was to be had, doubled for each further. */
  readonly baseMs: number;
  readonly maxMs: number;
  readonly prng: Prng;
}

export class HostProvider {
  readonly #options: HostProviderOptions;
  readonly #order: Host[];
  #next = 0;
  /** Attempts since the last connection that held. */
  #failedAttempts = 0;
  #lostAttempts = 0;
  #hadConnection = false;

  constructor(options: HostProviderOptions) {
    this.#options = options;
    this.#order = [...options.hosts];
    if (options.isShuffled) shuffle(this.#order, options.prng);
  }

  next(): Host {
    const host = this.#order[this.#next] as Host;
    this.#next = (this.#next + 1) % this.#order.length;
    return host;
  }

  /** The next attempt goes to this one. */
  prefer(host: Host): void {
    const at = this.#order.indexOf(host);
    if (at >= 0) this.#next = at;
  }

  onFailed(): void {
    this.#failedAttempts++;
    this.#lostAttempts++;
  }

  /** All that there ever were. */
  get lostAttempts(): number {
    return this.#lostAttempts;
  }

  get size(): number {
    return this.#order.length;
  }

  /** A connection held for a while: the next loss starts the counting anew. */
  onHeld(): void {
    this.#failedAttempts = 0;
    this.#hadConnection = true;
  }

  /**
   * Before the next attempt. Right after a loss a random part of the base, because all clients of a
   * server that died come at once.
   */
  delayMs(): number {
    const { baseMs, maxMs, prng } = this.#options;
    const attempts = this.#failedAttempts;
    if (attempts === 0) return this.#hadConnection ? prng.below(baseMs + 1) : 0;
    if (attempts % this.#order.length !== 0) return 0;
    const rounds = attempts / this.#order.length;
    const longest = Math.min(maxMs, baseMs * 2 ** Math.min(rounds - 1, 30));
    return Math.ceil(longest / 2) + prng.below(Math.floor(longest / 2) + 1);
  }
}

function shuffle(hosts: Host[], prng: Prng): void {
  for (let i = hosts.length - 1; i > 0; i--) {
    const j = prng.below(i + 1);
    const host = hosts[i] as Host;
    hosts[i] = hosts[j] as Host;
    hosts[j] = host;
  }
}
