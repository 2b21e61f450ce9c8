/**
 * MemberAddresses: from where members may connect (`quorum.checkAddresses`): what the hosts that the
 * configuration names for them resolve to. Names are resolved before the ports listen, and again
 * when somebody comes from elsewhere, for the next try, or when they have become old.
 */
import { lookup } from 'node:dns/promises';
import type { ServerId } from '../../base/server-id.ts';
import type { Logger } from '../logging/logger.ts';

/** Whoever comes from the wrong address must not make us ask for names without end. */
const PAUSE_MS = 1_000;
const OLD_AFTER_MS = 60_000;

export interface MemberAddressesParts {
  /** The hosts of each member as they are configured now. */
  hosts(): ReadonlyMap<ServerId, readonly string[]>;
  readonly logger: Logger;
  /** Absent: as the system does. */
  resolve?(host: string): Promise<readonly string[]>;
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

export class MemberAddresses {
  readonly #parts: MemberAddressesParts;
  readonly #byHost = new Map<string, readonly string[]>();
  #resolvedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MemberAddressesParts) {
    this.#parts = parts;
  }

  /** A name that cannot be resolved keeps what it had. */
  async resolve(): Promise<void> {
    this.#resolvedMs = performance.now();
    const { hosts, logger, resolve = resolveBySystem } = this.#parts;
    const names = new Set([...hosts().values()].flat());
    await Promise.all(
      [...names].map(async (host) => {
        try {
          this.#byHost.set(host, await resolve(host));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          logger.warn('the name of a server cannot be resolved', { host, reason });
        }
      }),
    );
  }

  /** Whether the server is there; true for one that the configuration does not name. */
  isAt(sid: ServerId, address: string): boolean {
    const hosts = this.#parts.hosts().get(sid);
    const isThere = hosts === undefined || this.#areAt(hosts, address);
    this.#maybeResolve(isThere);
    return isThere;
  }

  /** Every member that is there. */
  membersAt(address: string): readonly ServerId[] {
    const members = [...this.#parts.hosts()].filter(([, hosts]) => this.#areAt(hosts, address));
    this.#maybeResolve(members.length > 0);
    return members.map(([sid]) => sid);
  }

  #areAt(hosts: readonly string[], address: string): boolean {
    return hosts.some((host) => this.#byHost.get(host)?.includes(address) === true);
  }

  #maybeResolve(isKnown: boolean): void {
    const ageMs = performance.now() - this.#resolvedMs;
    if (ageMs > (isKnown ? OLD_AFTER_MS : PAUSE_MS)) void this.resolve();
  }
}
