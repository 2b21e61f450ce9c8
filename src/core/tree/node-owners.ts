/**
 * NodeOwners: which nodes belong to which session, which are containers and which have a time to
 * live. A node's stored `ephemeralOwner` says it; these sets find them without a search.
 */

import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import { type EphemeralTypeOptions, ephemeralTypeOf } from './ephemeral-type.ts';
import { IntField, type NodeId, type NodeStore } from './node-store.ts';

const TWO_32 = 2n ** 32n;
const NO_OWNER = { ownerHigh: 0, ownerLow: 0 };

/** Halves of a session id as digests and rows hold them. */
export function ownerHalves(owner: SessionId): { ownerHigh: number; ownerLow: number } {
  if (owner === 0n) return NO_OWNER;
  const unsigned = BigInt.asUintN(64, owner);
  return { ownerHigh: Number(unsigned / TWO_32) | 0, ownerLow: Number(unsigned % TWO_32) | 0 };
}

export class NodeOwners {
  readonly containers = new Set<NodeId>();
  readonly ttlNodes = new Set<NodeId>();
  readonly #nodes: NodeStore;
  readonly #options: EphemeralTypeOptions;
  readonly #ephemerals = new SteadyMap<SessionId, Set<NodeId>>();

  constructor(nodes: NodeStore, options: EphemeralTypeOptions) {
    this.#nodes = nodes;
    this.#options = options;
  }

  /** As stored: a session, a container or TTL mark, or 0n. */
  ownerOf(id: NodeId): SessionId {
    const high = this.#nodes.int(id, IntField.ownerHigh);
    const low = this.#nodes.int(id, IntField.ownerLow);
    if (high === 0 && low === 0) return 0n;
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  /** Is this owner a session, rather than the mark of a kind of node? */
  isSession(owner: SessionId): boolean {
    return ephemeralTypeOf(owner, this.#options) === 'normal';
  }

  set(id: NodeId, owner: SessionId): void {
    if (owner === 0n) return;
    const { ownerHigh, ownerLow } = ownerHalves(owner);
    this.#nodes.setInt(id, IntField.ownerHigh, ownerHigh);
    this.#nodes.setInt(id, IntField.ownerLow, ownerLow);
    const type = ephemeralTypeOf(owner, this.#options);
    if (type === 'container') this.containers.add(id);
    else if (type === 'ttl') this.ttlNodes.add(id);
    else {
      const owned = this.#ephemerals.get(owner);
      if (owned) owned.add(id);
      else this.#ephemerals.set(owner, new Set([id]));
    }
  }

  /** The node is about to go. */
  forget(id: NodeId): void {
    const owner = this.ownerOf(id);
    if (owner === 0n) return;
    this.containers.delete(id);
    this.ttlNodes.delete(id);
    const owned = this.#ephemerals.get(owner);
    if (!owned) return;
    owned.delete(id);
    if (owned.size === 0) this.#ephemerals.delete(owner);
  }

  /** In the order of their creation. */
  ephemeralsOf(session: SessionId): NodeId[] {
    return [...(this.#ephemerals.get(session) ?? [])];
  }

  /** Every session that owns nodes. */
  sessions(): SessionId[] {
    return [...this.#ephemerals.keys()];
  }

  get ephemeralCount(): number {
    let count = 0;
    for (const ids of this.#ephemerals.values()) count += ids.size;
    return count;
  }
}
