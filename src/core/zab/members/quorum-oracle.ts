/**
 * QuorumOracle: who of two voters may go on without the other (ZooKeeper's QuorumOracleMaj, since
 * 3.7). Half of two is no majority, so each of them stops when the other is gone; with an oracle,
 * the one that it allows does not.
 *
 * Nothing in ZAB makes that safe: it holds as long as the oracle never allows both, nor one that has
 * not what the other committed alone. It is asked each time that there is no majority, and only where
 * there are two voters and the other is not there.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { QuorumVerifier } from './quorum-verifier.ts';

export class QuorumOracle {
  /** The other is up to date and connected: then both are needed, whatever the oracle says. */
  hasFollower = false;
  readonly #myid: ServerId;
  readonly #ask: () => boolean;

  constructor(myid: ServerId, ask: () => boolean) {
    this.#myid = myid;
    this.#ask = ask;
  }

  /** This server, among those that have acknowledged, may be a quorum by itself. */
  allows({ voters }: QuorumVerifier, acks: ReadonlySet<ServerId>): boolean {
    if (this.hasFollower || voters.size !== 2) return false;
    return voters.has(this.#myid) && acks.has(this.#myid) && this.#ask();
  }
}

/** A configuration in which the oracle may make up for the missing majority. */
export class QuorumOracleMaj implements QuorumVerifier {
  readonly #config: QuorumVerifier;
  readonly #oracle: QuorumOracle;

  constructor(config: QuorumVerifier, oracle: QuorumOracle) {
    this.#config = config;
    this.#oracle = oracle;
  }

  get version(): number {
    return this.#config.version;
  }

  get voters(): ReadonlySet<ServerId> {
    return this.#config.voters;
  }

  get observers(): ReadonlySet<ServerId> {
    return this.#config.observers;
  }

  get configText(): string {
    return this.#config.configText;
  }

  weightOf(sid: ServerId): number {
    return this.#config.weightOf(sid);
  }

  containsQuorum(acks: ReadonlySet<ServerId>): boolean {
    return this.#config.containsQuorum(acks) || this.#oracle.allows(this.#config, acks);
  }
}
