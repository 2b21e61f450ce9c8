/**
 * EnsembleConfig: one configuration of the ensemble as a value: its servers, which of them vote, and
 * what a quorum is. In ZooKeeper it is the QuorumVerifier itself that has all of this; here it is
 * one, by way of QuorumMaj or QuorumHierarchical.
 *
 * `configText` is the configuration on the wire (notifications, NEWLEADER, the txn of a reconfig) and
 * in /zookeeper/config, byte for byte as Java writes it: lines in the order of its hash maps, and no
 * newline after the last.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { Zxid } from '../../../base/zxid.ts';
import { describeEnsembleServer, type EnsembleServer } from './ensemble-server.ts';
import { javaHashOrder } from './java-hash-order.ts';
import { QuorumHierarchical } from './quorum-hierarchical.ts';
import { QuorumMaj } from './quorum-maj.ts';
import type { QuorumVerifier } from './quorum-verifier.ts';

export interface EnsembleConfigParts {
  /** The zxid of the reconfig that made it; 0: what a server begins with. */
  readonly version: Zxid;
  readonly servers: Iterable<EnsembleServer>;
  /** `group.g=1:2:3` as g → [1, 2, 3]. */
  readonly groups?: ReadonlyMap<number, readonly ServerId[]>;
  /** `weight.N=w`. */
  readonly weights?: ReadonlyMap<ServerId, number>;
  /** Of the hash map that the servers are in, where it is not the usual one. */
  readonly tableSize?: number | undefined;
}

const NO_GROUPS: ReadonlyMap<number, readonly ServerId[]> = new Map();
const NO_WEIGHTS: ReadonlyMap<ServerId, number> = new Map();

export class EnsembleConfig implements QuorumVerifier {
  readonly version: Zxid;
  /** In the order of the text. */
  readonly servers: ReadonlyMap<ServerId, EnsembleServer>;
  readonly groups: ReadonlyMap<number, readonly ServerId[]>;
  readonly weights: ReadonlyMap<ServerId, number>;
  readonly voters: ReadonlySet<ServerId>;
  readonly observers: ReadonlySet<ServerId>;
  readonly configText: string;
  readonly #verifier: QuorumVerifier;

  /** Throws where groups, weights and servers contradict each other. */
  constructor(parts: EnsembleConfigParts) {
    const byId = new Map([...parts.servers].map((server) => [server.id, server]));
    const ids = javaHashOrder(byId.keys(), parts.tableSize);
    this.version = parts.version;
    this.servers = new Map(ids.flatMap((id) => entryOf(byId, id)));
    this.groups = parts.groups ?? NO_GROUPS;
    const withRole = (role: EnsembleServer['role']): ServerId[] =>
      ids.filter((id) => byId.get(id)?.role === role);
    this.voters = new Set(withRole('participant'));
    this.observers = new Set(withRole('observer'));
    this.weights = this.isHierarchical(parts.weights) ? this.#allWeights(parts) : NO_WEIGHTS;
    this.configText = this.#describe();
    const { version, voters, observers, groups, weights, configText } = this;
    const members = { version, voters, observers, configText };
    this.#verifier =
      groups.size + weights.size === 0
        ? new QuorumMaj(members)
        : new QuorumHierarchical({ ...members, groups, weights });
  }

  /** By groups; otherwise more than half of the voters are a quorum. */
  isHierarchical(weights: ReadonlyMap<ServerId, number> | undefined = this.weights): boolean {
    return this.groups.size > 0 || (weights?.size ?? 0) > 0;
  }

  /** Compat: every voter has a weight in the text, given or not. */
  #allWeights({ weights = NO_WEIGHTS }: EnsembleConfigParts): Map<ServerId, number> {
    const all = new Map([...this.voters].map((sid) => [sid, 1]));
    for (const [sid, weight] of weights) all.set(sid, weight);
    return all;
  }

  #describe(): string {
    const lines = [...this.servers.values()].map(
      (server) => `server.${server.id}=${describeEnsembleServer(server)}`,
    );
    for (const group of javaHashOrder(this.groups.keys())) {
      const members = javaHashOrder(this.groups.get(group) ?? []);
      lines.push(`group.${group}=${members.join(':')}`);
    }
    for (const sid of javaHashOrder(this.weights.keys())) {
      lines.push(`weight.${sid}=${this.weights.get(sid)}`);
    }
    return [...lines, `version=${this.version.toString(16)}`].join('\n');
  }

  weightOf(sid: ServerId): number {
    return this.#verifier.weightOf(sid);
  }

  containsQuorum(acks: ReadonlySet<ServerId>): boolean {
    return this.#verifier.containsQuorum(acks);
  }

  withVersion(version: Zxid): EnsembleConfig {
    const { groups, weights } = this;
    return new EnsembleConfig({ version, servers: this.servers.values(), groups, weights });
  }

  /** Compat: of one version means the same; otherwise what counts is all but the version. */
  isSameAs(other: EnsembleConfig): boolean {
    return this.version === other.version || this.#sorted() === other.#sorted();
  }

  #sorted(): string {
    const lines = this.configText.split('\n').slice(0, -1);
    return lines.sort().join('\n');
  }
}

function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): [K, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}
