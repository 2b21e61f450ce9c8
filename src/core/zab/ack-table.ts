/**
 * AckTable: up to where each voter has acknowledged, and up to where a quorum has. A server
 * acknowledges in order, so one zxid for each says all.
 */
import type { ServerId } from '../../base/server-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { QuorumVerifier } from './quorum-verifier.ts';

interface Row {
  readonly sid: ServerId;
  zxid: Zxid;
}

export class AckTable {
  readonly #verifier: QuorumVerifier;
  /** The furthest first. */
  readonly #rows: Row[] = [];

  constructor(verifier: QuorumVerifier) {
    this.#verifier = verifier;
  }

  set(sid: ServerId, zxid: Zxid): void {
    if (!this.#verifier.voters.has(sid)) return;
    const row = this.#rows.find((each) => each.sid === sid);
    if (row === undefined) this.#rows.push({ sid, zxid });
    else row.zxid = zxid;
    this.#rows.sort((one, other) => other.zxid - one.zxid);
  }

  remove(sid: ServerId): void {
    const at = this.#rows.findIndex((each) => each.sid === sid);
    if (at >= 0) this.#rows.splice(at, 1);
  }

  /** A quorum has everything up to here; -1 when no quorum has acknowledged anything. */
  quorumZxid(): Zxid {
    const acked = new Set<ServerId>();
    for (const { sid, zxid } of this.#rows) {
      acked.add(sid);
      if (this.#verifier.containsQuorum(acked)) return zxid;
    }
    return -1;
  }
}
