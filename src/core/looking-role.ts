/**
 * LookingRole: between two leaders. Nobody is served, but for read-only clients when it takes long;
 * who connects to the quorum port has been elected to follow this server and is only earlier than
 * its own result: such links wait.
 */
import type { Now } from '../base/now.ts';
import type { PeerRole } from './peer-role.ts';
import type { ReadOnlyServer } from './read-only-server.ts';
import type { RequestProcessor } from './requests/request-processor.ts';
import type { QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';

/** More cannot all be members of the ensemble. */
const WAITING_LINKS_MAX = 64;
const NOTHING: readonly Entry[] = [];

export class LookingRole implements PeerRole {
  readonly state = 'LOOKING';
  readonly hasHandedOver = true;
  readonly #waiting = new Set<QuorumLink>();
  #readOnly: ReadOnlyServer | null = null;

  get processor(): RequestProcessor | null {
    return this.#readOnly?.processor ?? null;
  }

  get deadlineMs(): number | null {
    return this.#readOnly?.deadlineMs ?? null;
  }

  /** The election has begun: what is there may be shown if it takes long. */
  offer(readOnly: ReadOnlyServer): void {
    this.#readOnly = readOnly;
  }

  setNow(now: Now): void {
    this.#readOnly?.setNow(now);
  }

  onTick(): void {
    this.#readOnly?.onTick();
  }

  expireSession(): boolean {
    return false;
  }

  start(): void {}
  onLinkUp(): void {}
  onLinkDrained(): void {}
  onHistoryEvent(): void {}

  onLinkAccepted(link: QuorumLink): void {
    this.#waiting.add(link);
    link.pause();
    if (this.#waiting.size <= WAITING_LINKS_MAX) return;
    // A learner that gave up has connected again since; who only holds a place has not.
    for (const oldest of this.#waiting) {
      this.#waiting.delete(oldest);
      return oldest.close('too many learners wait');
    }
  }

  onObserverAccepted(link: QuorumLink): void {
    link.close('this server feeds no observers');
  }

  onLinkDown(link: QuorumLink): void {
    this.#waiting.delete(link);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    link.offer(chunk);
  }

  retire(): void {
    this.#readOnly?.end('the server is stopping');
  }

  /** The links, for whoever leads now. */
  takeWaiting(): readonly QuorumLink[] {
    const links = [...this.#waiting];
    this.#waiting.clear();
    return links;
  }

  end(reason: string): readonly Entry[] {
    this.#readOnly?.end(reason);
    for (const link of this.takeWaiting()) link.close(reason);
    return NOTHING;
  }
}
