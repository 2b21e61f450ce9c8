/**
 * Administrator: a client with the rights of `super` that changes the members of the ensemble while
 * there is chaos: servers join, which begin empty, leave, and change their role; all members are
 * given anew, with groups and weights or without. Some of what it asks for is refused, as it should.
 */
import { assert } from '../../../base/assert.ts';
import type { Prng } from '../../../base/prng.ts';
import type { ServerId } from '../../../base/server-id.ts';
import { describeEnsembleServer } from '../../../core/zab/members/ensemble-server.ts';
import { SUPER } from '../../access.ts';
import type { ReconfigAsk } from '../../clients/client-request.ts';
import type { SimClient } from '../../clients/sim-client.ts';
import { streamOf } from '../../named-streams.ts';
import type { Operator } from '../operator.ts';
import type { SimPeer } from '../sim-peer.ts';
import type { Surroundings } from '../surroundings.ts';
import { membersWith, type Role, serverOf } from './member-lists.ts';

export interface AdministratorParts {
  readonly world: Surroundings & { addClient(): SimClient };
  readonly operator: Operator;
  isOn(): boolean;
}

type Change = Partial<Omit<ReconfigAsk, 'kind'>>;

const VOTERS_MAX = 5;

export class Administrator {
  readonly #parts: AdministratorParts;
  readonly #prng: Prng;
  readonly #client: SimClient;
  /** Started to join, by which role. */
  #joining: { readonly peer: SimPeer; readonly role: Role } | null = null;

  constructor(parts: AdministratorParts) {
    this.#parts = parts;
    this.#prng = streamOf(parts.world.config.seed, 'administrator');
    this.#client = parts.world.addClient();
    this.#client.calm();
    this.#plan();
  }

  #plan(): void {
    const { world } = this.#parts;
    const us = this.#prng.between(1, world.config.calmUsMax);
    world.queue.add(world.clock.nowUs + us, 'administrator', () => {
      if (!this.#parts.isOn()) return;
      this.#act();
      this.#plan();
    });
  }

  #act(): void {
    if (this.#joining !== null) return this.#join(this.#joining);
    if (this.#prng.chance(0.3)) return this.#prepareJoining();
    const { world } = this.#parts;
    const { members } = world.witness;
    const change = this.#prng.pick(['leave', 'role', 'all', 'all', 'odd', 'stop'] as const);
    const sids = [...members.servers.keys()];
    switch (change) {
      case 'leave':
        return this.#ask({ leavingServers: String(this.#prng.pick(sids)) });
      case 'role':
        return this.#changeRole(this.#prng.pick(sids));
      case 'all':
        return this.#ask({ newMembers: this.#allMembers() });
      case 'odd':
        return this.#ask(this.#prng.pick(ODD));
      case 'stop':
        return this.#stopLeft();
    }
  }

  #prepareJoining(): void {
    const { world, operator } = this.#parts;
    const { members } = world.witness;
    const others = [...world.peers.values()].filter(({ sid }) => !members.servers.has(sid));
    if (others.length === 0) return;
    const peer = this.#prng.pick(others);
    const isFull = members.voters.size >= VOTERS_MAX;
    const role = isFull || this.#prng.chance(0.3) ? 'observer' : 'participant';
    this.#joining = { peer, role };
    if (peer.isListening) return;
    const isEmpty = peer.life === 0;
    if (!isEmpty && this.#prng.chance(0.5) && operator.mayWipe(peer)) operator.wipe(peer);
    else peer.files.replace(membersWith(members, peer.sid, role));
    operator.boot(peer);
  }

  #join({ peer, role }: { readonly peer: SimPeer; readonly role: Role }): void {
    this.#joining = null;
    this.#ask({ joiningServers: lineOf(peer.sid, role) });
  }

  #changeRole(sid: ServerId): void {
    const { members } = this.#parts.world.witness;
    const role = members.voters.has(sid) ? 'observer' : 'participant';
    this.#ask({ joiningServers: lineOf(sid, role) });
  }

  /** The same servers, in groups or not; now and then one less. */
  #allMembers(): string {
    const prng = this.#prng;
    const { members } = this.#parts.world.witness;
    const left = prng.chance(0.2) ? prng.pick([...members.servers.keys()]) : -1;
    const servers = [...members.servers.values()].filter(({ id }) => id !== left);
    const lines = servers.map(({ id, role }) => lineOf(id, role));
    const voters = servers.filter(({ role }) => role === 'participant').map(({ id }) => id);
    if (prng.chance(0.5) || voters.length < 3) return lines.join(',');
    const groups = new Map<number, ServerId[]>();
    for (const sid of voters) {
      const group = prng.between(1, prng.pick([1, 2, 3]));
      groups.set(group, [...(groups.get(group) ?? []), sid]);
    }
    for (const [group, sids] of groups) lines.push(`group.${group}=${sids.join(':')}`);
    for (const sid of voters) lines.push(`weight.${sid}=${prng.pick([1, 1, 2, 3])}`);
    return lines.join(',');
  }

  /** A server that left goes on until somebody stops it. */
  #stopLeft(): void {
    const { world, operator } = this.#parts;
    const { needed } = operator;
    const left = [...world.peers.values()].filter((peer) => {
      return peer.isListening && !needed.has(peer.sid);
    });
    const peer = left[0];
    if (peer === undefined) return;
    world.count('stopped for good');
    peer.stop('kill');
  }

  #ask(change: Change): void {
    const { world } = this.#parts;
    if (!this.#client.isSettled) return;
    const none = { joiningServers: null, leavingServers: null, newMembers: null };
    const curConfigId = this.#prng.chance(0.1) ? 5 : -1;
    // The connection may be a new one.
    if (!this.#prng.chance(0.05)) {
      const auth = Uint8Array.from(SUPER, (character) => character.charCodeAt(0));
      this.#client.ask({ kind: 'auth', scheme: 'digest', auth });
    }
    world.count('reconfigs asked');
    this.#client.ask({ kind: 'reconfig', ...none, curConfigId, ...change });
  }
}

const ODD: readonly Change[] = [
  { leavingServers: '77' },
  { leavingServers: 'x' },
  { joiningServers: 'server.1=nonsense' },
  { newMembers: 'server.1=10.0.0.1:2888:3888:participant;0.0.0.0:2181' },
  {},
];

function lineOf(sid: ServerId, role: Role): string {
  const text = describeEnsembleServer(serverOf(sid, role));
  assert(!text.includes('\n'), 'one line for a server');
  return `server.${sid}=${text}`;
}
