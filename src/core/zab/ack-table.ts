/**
 * AckTable: up to where each server has acknowledged, and up to where a quorum has. A server
 * acknowledges in order, so one zxid for each says all.
 *
 * What counts as a quorum goes by when an entry was proposed: while a reconfiguration is pending it
 * takes one of each configuration, and what was proposed then keeps waiting for both.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { QuorumVerifier } from './members/quorum-verifier.ts';

interface Row {
  readonly sid: ServerId;
  zxid: Zxid;
}

/** Entries from `from` on, up to the next span, need a quorum of each. */
interface Span {
  readonly from: Zxid;
  readonly verifiers: readonly QuorumVerifier[];
}

export class AckTable {
  /** Ascending. */
  readonly #spans: Span[];
  /** Quorums of every span before the first have everything up to here. */
  #passed: Zxid = -1;
  /** The furthest first. */
  readonly #rows: Row[] = [];

  constructor(verifiers: readonly QuorumVerifier[]) {
    this.#spans = [{ from: 0, verifiers }];
  }

  beginSpan(from: Zxid, verifiers: readonly QuorumVerifier[]): void {
    const last = this.#spans.at(-1);
    assert(last === undefined || from >= last.from, 'spans of acks are in order');
    if (last?.from === from) this.#spans.pop();
    this.#spans.push({ from, verifiers });
    // Now, as whoever has acknowledged what lies before may be gone when it is asked for.
    this.quorumZxid();
  }

  set(sid: ServerId, zxid: Zxid): void {
    const found = this.#rows.findIndex((each) => each.sid === sid);
    const at = found < 0 ? this.#rows.push({ sid, zxid }) - 1 : found;
    (this.#rows[at] as Row).zxid = zxid;
    this.#moveToItsPlace(at);
  }

  /** For every ack: to sort all the rows would leave more to the collector than all the rest. */
  #moveToItsPlace(from: number): void {
    const rows = this.#rows;
    const row = rows[from] as Row;
    let at = from;
    for (; at > 0 && (rows[at - 1] as Row).zxid < row.zxid; at--) rows[at] = rows[at - 1] as Row;
    for (; at < rows.length - 1 && (rows[at + 1] as Row).zxid > row.zxid; at++) {
      rows[at] = rows[at + 1] as Row;
    }
    rows[at] = row;
  }

  remove(sid: ServerId): void {
    const at = this.#rows.findIndex((each) => each.sid === sid);
    if (at >= 0) this.#rows.splice(at, 1);
  }

  /** Quorums have everything up to here; -1 when nothing is acknowledged by any. */
  quorumZxid(): Zxid {
    for (;;) {
      const [span, next] = this.#spans;
      const acked = Math.min(...(span?.verifiers ?? []).map((each) => this.#quorumOf(each)));
      if (next === undefined || acked < next.from - 1) return Math.max(this.#passed, acked);
      this.#passed = next.from - 1;
      this.#spans.shift();
    }
  }

  #quorumOf(verifier: QuorumVerifier): Zxid {
    const acked = new Set<ServerId>();
    for (const { sid, zxid } of this.#rows) {
      acked.add(sid);
      if (verifier.containsQuorum(acked)) return zxid;
    }
    return -1;
  }
}
