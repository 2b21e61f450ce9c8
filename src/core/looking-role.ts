/**
 * LookingRole: between two leaders. Nobody is served; who connects to the quorum port has been
 * elected to follow this server and is only earlier than its own result: such links wait.
 */

import type { PeerRole } from './peer-role.ts';
import type { QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';

/** More cannot all be members of the ensemble. */
const WAITING_LINKS_MAX = 64;
const NOTHING: readonly Entry[] = [];

export class LookingRole implements PeerRole {
  readonly state = 'LOOKING';
  readonly processor = null;
  readonly deadlineMs = null;
  readonly hasHandedOver = true;
  readonly #waiting = new Set<QuorumLink>();

  start(): void {}
  setNow(): void {}
  onTick(): void {}
  onLinkUp(): void {}
  onLinkDrained(): void {}
  onHistoryEvent(): void {}
  retire(): void {}

  onLinkAccepted(link: QuorumLink): void {
    if (this.#waiting.size >= WAITING_LINKS_MAX) return link.close('too many learners wait');
    this.#waiting.add(link);
    link.pause();
  }

  onLinkDown(link: QuorumLink): void {
    this.#waiting.delete(link);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    link.offer(chunk);
  }

  /** The links, for whoever leads now. */
  takeWaiting(): readonly QuorumLink[] {
    const links = [...this.#waiting];
    this.#waiting.clear();
    return links;
  }

  end(reason: string): readonly Entry[] {
    for (const link of this.takeWaiting()) link.close(reason);
    return NOTHING;
  }
}
