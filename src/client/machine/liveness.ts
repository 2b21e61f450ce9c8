/**
 * Liveness: the deadlines of a connection, kept in one place so that the driver needs one timer.
 *
 * As in Java's client a ping goes out when nothing was sent for a third of the negotiated session
 * time-out, and a server that is silent for two thirds is given up: that leaves a third to reach
 * another one before the session expires. Silence counts only behind something that was to be answered,
 * with a third of the time for the answer: a program that was busy for long has sent no ping, and has
 * no reason to hear anything. What is sent before the clock was set again counts as sent
 * at the last known time, so that pings come rather too early than too late.
 */

/** How long a connection must stand before a loss counts as the first in a row. */
const HELD_MS = 1000;
const PROBE_MS_FIRST = 100;
const PROBE_MS_MAX = 60_000;
/**
 * Pings are answered, but the oldest request is not: after this many session time-outs, and never
 * earlier than the second bound, the connection is broken. Java waits for ever.
 */
const REPLY_TIMEOUTS = 2;
const REPLY_MS_MIN = 30_000;

export class Liveness {
  nowMs = 0;
  readonly #connectionTimeoutMs: number;
  #timeoutMs = 0;
  #dialAtMs = 0;
  #attemptDeadlineMs = 0;
  #closeDeadlineMs = 0;
  #upSinceMs = 0;
  #lastHeardMs = 0;
  #lastSendMs = 0;
  /** The first send since something was heard; Infinity when all may be answered. */
  #unansweredSinceMs = Infinity;
  #probeAtMs = Infinity;
  #probeMs = PROBE_MS_FIRST;

  constructor(options: { readonly connectionTimeoutMs: number }) {
    this.#connectionTimeoutMs = options.connectionTimeoutMs;
  }

  onWait(delayMs: number): void {
    this.#dialAtMs = this.nowMs + delayMs;
  }

  onDial(): void {
    this.#attemptDeadlineMs = this.nowMs + this.#connectionTimeoutMs;
  }

  onSession(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
  }

  /** A server that is read-only is to be left for another one, which is looked for. */
  onUp(isReadOnly: boolean): void {
    this.#upSinceMs = this.nowMs;
    this.onReceive();
    this.#probeMs = PROBE_MS_FIRST;
    this.#probeAtMs = isReadOnly ? this.nowMs + this.#probeMs : Infinity;
  }

  onReceive(): void {
    this.#lastHeardMs = this.nowMs;
    this.#unansweredSinceMs = Infinity;
  }

  onSend(): void {
    this.#lastSendMs = this.nowMs;
    if (this.#unansweredSinceMs === Infinity) this.#unansweredSinceMs = this.nowMs;
  }

  onClose(): void {
    this.#closeDeadlineMs = this.nowMs + this.#connectionTimeoutMs;
  }

  onProbe(): void {
    this.#probeMs = Math.min(PROBE_MS_MAX, this.#probeMs * 2);
    this.#probeAtMs = this.nowMs + this.#probeMs;
  }

  get isDialDue(): boolean {
    return this.nowMs >= this.#dialAtMs;
  }

  get isAttemptOver(): boolean {
    return this.nowMs >= this.#attemptDeadlineMs;
  }

  get isCloseOver(): boolean {
    return this.nowMs >= this.#closeDeadlineMs;
  }

  get isReadOver(): boolean {
    return this.nowMs >= this.#readDeadlineMs;
  }

  get isPingDue(): boolean {
    return this.nowMs >= this.#pingAtMs;
  }

  get isProbeDue(): boolean {
    return this.nowMs >= this.#probeAtMs;
  }

  get hasHeld(): boolean {
    return this.nowMs - this.#upSinceMs >= HELD_MS;
  }

  /** `sentMs` is when the oldest request in flight was sent. */
  isReplyOver(sentMs: number): boolean {
    const limitMs = Math.max(this.#timeoutMs * REPLY_TIMEOUTS, REPLY_MS_MIN);
    return this.nowMs - sentMs >= limitMs;
  }

  get #readDeadlineMs(): number {
    const third = this.#timeoutMs / 3;
    return Math.max(this.#lastHeardMs + third * 2, this.#unansweredSinceMs + third);
  }

  get #pingAtMs(): number {
    return this.#lastSendMs + this.#timeoutMs / 3;
  }

  /** `phase` is the machine's; Infinity where time changes nothing. */
  deadlineMs(phase: string): number {
    switch (phase) {
      case 'waiting':
        return this.#dialAtMs;
      case 'dialing':
      case 'handshake':
      case 'sasl':
        return this.#attemptDeadlineMs;
      case 'closing':
        return this.#closeDeadlineMs;
      case 'up':
        return Math.min(this.#readDeadlineMs, this.#pingAtMs, this.#probeAtMs);
      default:
        return Infinity;
    }
  }
}
