/**
 * EnsembleConfigs: which configuration counts for a member of an ensemble: the last that is known to
 * be committed (ZooKeeper's quorumVerifier) and the last that was proposed (lastSeenQuorumVerifier).
 * While they differ, whatever needs a quorum needs one of each.
 *
 * Without reconfigEnabled nothing changes, whatever others say.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { type ParsedConfig, parseConfigText } from './config-text.ts';
import type { EnsembleConfig } from './ensemble-config.ts';
import type { EnsembleServer } from './ensemble-server.ts';
import { type QuorumOracle, QuorumOracleMaj } from './quorum-oracle.ts';
import type { QuorumVerifier } from './quorum-verifier.ts';

export interface EnsembleConfigsParts {
  readonly current: EnsembleConfig;
  /** Absent: the current one. */
  readonly lastSeen?: EnsembleConfig | null | undefined;
  /** `reconfigEnabled`. */
  readonly isDynamic: boolean;
  readonly standaloneEnabled: boolean;
  /** With `oraclePath`. */
  readonly oracle?: QuorumOracle | null | undefined;
}

export class EnsembleConfigs {
  readonly isDynamic: boolean;
  readonly standaloneEnabled: boolean;
  readonly oracle: QuorumOracle | null;
  #current: EnsembleConfig;
  #lastSeen: EnsembleConfig;

  constructor(parts: EnsembleConfigsParts) {
    this.isDynamic = parts.isDynamic;
    this.standaloneEnabled = parts.standaloneEnabled;
    this.oracle = parts.oracle ?? null;
    this.#current = parts.current;
    const lastSeen = parts.isDynamic ? (parts.lastSeen ?? parts.current) : parts.current;
    this.#lastSeen = lastSeen.version > parts.current.version ? lastSeen : parts.current;
  }

  get current(): EnsembleConfig {
    return this.#current;
  }

  get lastSeen(): EnsembleConfig {
    return this.#lastSeen;
  }

  /** A newer configuration is proposed and, as far as is known here, not committed. */
  get isPending(): boolean {
    return this.#lastSeen.version > this.#current.version;
  }

  /** Each of these must have a quorum. */
  get quorums(): readonly QuorumVerifier[] {
    const configs = this.isPending ? [this.#current, this.#lastSeen] : [this.#current];
    return configs.map((config) => this.verifierOf(config));
  }

  verifierOf(config: EnsembleConfig): QuorumVerifier {
    return this.oracle === null ? config : new QuorumOracleMaj(config, this.oracle);
  }

  haveQuorums(acks: ReadonlySet<ServerId>): boolean {
    return this.quorums.every((config) => config.containsQuorum(acks));
  }

  isVoter(sid: ServerId): boolean {
    return this.quorums.some(({ voters }) => voters.has(sid));
  }

  /** Where the server is, also if it has not joined yet. */
  server(sid: ServerId): EnsembleServer | undefined {
    return this.#current.servers.get(sid) ?? this.#lastSeen.servers.get(sid);
  }

  parse(text: string): ParsedConfig {
    return parseConfigText(text, this);
  }

  /**
   * The configuration is proposed, or a leader goes by it: then it counts even if it is older than
   * what was seen here, and proposed by a leader that could not have it committed.
   */
  see(config: EnsembleConfig): boolean {
    if (!this.isDynamic || config.version === this.#lastSeen.version) return false;
    this.#lastSeen = config;
    return true;
  }

  /** The configuration is committed. Returns the former one, or null if it is no newer. */
  activate(config: EnsembleConfig): EnsembleConfig | null {
    const former = this.#current;
    if (!this.isDynamic || config.version <= former.version) return null;
    this.#current = config;
    if (config.version > this.#lastSeen.version) this.#lastSeen = config;
    return former;
  }
}
