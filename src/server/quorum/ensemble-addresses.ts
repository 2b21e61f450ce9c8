/** Where the servers of an ensemble listen for each other, as far as it is known now. */
import type { ServerId } from '../../base/server-id.ts';
import type { EnsembleConfig } from '../../core/zab/members/ensemble-config.ts';
import type { EnsembleServer, HostAndPort } from '../../core/zab/members/ensemble-server.ts';

export class EnsembleAddresses {
  #current: EnsembleConfig;
  #lastSeen: EnsembleConfig;

  constructor(current: EnsembleConfig, lastSeen: EnsembleConfig | null = null) {
    this.#current = current;
    this.#lastSeen = lastSeen ?? current;
  }

  get lastSeen(): EnsembleConfig {
    return this.#lastSeen;
  }

  /** A configuration is proposed: whoever is about to join must be reached. */
  see(config: EnsembleConfig): void {
    this.#lastSeen = config;
  }

  activate(config: EnsembleConfig): void {
    this.#current = config;
    if (config.version > this.#lastSeen.version) this.#lastSeen = config;
  }

  electionOf(sid: ServerId): readonly HostAndPort[] {
    return this.#addressesOf(sid).map(({ host, electionPort: port }) => ({ host, port }));
  }

  quorumOf(sid: ServerId): readonly HostAndPort[] {
    return this.#addressesOf(sid).map(({ host, quorumPort: port }) => ({ host, port }));
  }

  /** Every server has its observer master port where this one has it. */
  observerMasterOf(sid: ServerId, port: number): readonly HostAndPort[] {
    return this.#addressesOf(sid).map(({ host }) => ({ host, port }));
  }

  /** The hosts of every member, and of who is about to be one. */
  hosts(): ReadonlyMap<ServerId, readonly string[]> {
    const sids = new Set([...this.#current.servers.keys(), ...this.#lastSeen.servers.keys()]);
    return new Map([...sids].map((sid) => [sid, this.#addressesOf(sid).map(({ host }) => host)]));
  }

  #addressesOf(sid: ServerId): EnsembleServer['addresses'] {
    const server = this.#current.servers.get(sid) ?? this.#lastSeen.servers.get(sid);
    return server?.addresses ?? [];
  }
}
