/**
 * MemberNetwork: everything between the members of an ensemble: for each a relay in front of its
 * quorum port and one in front of its election port, which are what the configuration names.
 */
import type { ServerPorts } from '../../server/index.ts';
import { ELECTION_CALLER, QUORUM_CALLER } from './first-bytes.ts';
import { Relay } from './relay.ts';

interface MemberRelays {
  readonly quorum: Relay;
  readonly election: Relay;
}

export class MemberNetwork {
  readonly #relays = new Map<number, MemberRelays>();
  /** Which part of the network a member is in. */
  readonly #parts = new Map<number, number>();
  readonly #paused = new Set<number>();

  static async open(ids: readonly number[]): Promise<MemberNetwork> {
    const network = new MemberNetwork();
    await Promise.all(ids.map((id) => network.#add(id)));
    return network;
  }

  private constructor() {}

  async #add(id: number): Promise<void> {
    const isCutOff = (caller: bigint | null) =>
      this.#paused.has(id) || (caller !== null && this.#isCutOff(Number(caller), id));
    const [quorum, election] = await Promise.all(
      [QUORUM_CALLER, ELECTION_CALLER].map((caller) => Relay.open({ caller, isCutOff })),
    );
    if (quorum && election) this.#relays.set(id, { quorum, election });
  }

  #isCutOff(caller: number, id: number): boolean {
    return this.#paused.has(caller) || !this.canReach(caller, id);
  }

  /** As a server.N line names them. */
  portsOf(id: number): { readonly quorum: number; readonly election: number } {
    const { quorum, election } = this.#of(id);
    return { quorum: quorum.port, election: election.port };
  }

  leadTo(id: number, ports: ServerPorts): void {
    const { quorum, election } = this.#of(id);
    quorum.leadTo(ports.quorum);
    election.leadTo(ports.election);
  }

  awaitServer(id: number): void {
    for (const relay of this.#relaysOf(id)) relay.awaitServer();
  }

  refuse(id: number): void {
    for (const relay of this.#relaysOf(id)) relay.refuse();
  }

  /** Nothing reaches the member, and nothing that it says gets out. */
  pause(id: number, isPaused: boolean): void {
    if (isPaused) this.#paused.add(id);
    else this.#paused.delete(id);
    this.#update();
  }

  /** Whoever is in none of the groups is in one with the others of whom that is true. */
  partition(groups: readonly (readonly number[])[]): void {
    this.#parts.clear();
    for (const [at, group] of groups.entries()) {
      for (const id of group) this.#parts.set(id, at + 1);
    }
    this.#update();
  }

  canReach(one: number, other: number): boolean {
    return (this.#parts.get(one) ?? 0) === (this.#parts.get(other) ?? 0);
  }

  async close(): Promise<void> {
    const relays = [...this.#relays.keys()].flatMap((id) => this.#relaysOf(id));
    await Promise.all(relays.map((relay) => relay.close()));
  }

  #update(): void {
    for (const id of this.#relays.keys()) {
      for (const relay of this.#relaysOf(id)) relay.update();
    }
  }

  #relaysOf(id: number): Relay[] {
    const { quorum, election } = this.#of(id);
    return [quorum, election];
  }

  #of(id: number): MemberRelays {
    const relays = this.#relays.get(id);
    if (relays === undefined) throw new Error(`There is no server ${id}.`);
    return relays;
  }
}
