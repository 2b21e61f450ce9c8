/**
 * Zone: all names of the zone, with the records of the healthy instances:
 *
 *   <domain>               A, AAAA, TXT of each instance
 *   _http._tcp.<domain>    SRV of each instance
 *   <instance>.<domain>    A, AAAA, TXT of this one
 */
import type { Answer, OptAnswer } from 'dns-packet';
import { type Domains, type Instance, ZONE } from './layout.ts';
import type { Weighted } from './weighted-order.ts';

export type ZoneRecord = Exclude<Answer, OptAnswer>;

/** The records that belong to one instance, and so come together. */
export interface Bundle extends Weighted {
  readonly records: readonly ZoneRecord[];
}

/** Whoever keeps an answer for so long does not see sooner that an instance is dead. */
const TTL_S = 1;
const NAME_SERVER = `ns.${ZONE}`;

/** Also says for how long it may be kept that something is not there. */
export const SOA: ZoneRecord = {
  name: ZONE,
  type: 'SOA',
  ttl: TTL_S,
  data: {
    mname: NAME_SERVER,
    rname: `hostmaster.${ZONE}`,
    // Nobody copies the zone: name servers have it from the tree.
    serial: 1,
    refresh: 60,
    retry: 10,
    expire: 60,
    minimum: TTL_S,
  },
};

export class Zone {
  /** In small letters. Names that are only above others have an empty list. */
  readonly #names = new Map<string, Bundle[]>();

  constructor(domains: Domains) {
    const ns: ZoneRecord = { name: ZONE, type: 'NS', ttl: TTL_S, data: NAME_SERVER };
    this.#add(ZONE, { weight: 1, records: [SOA, ns] });
    const address: ZoneRecord = { name: NAME_SERVER, type: 'A', ttl: TTL_S, data: '127.0.0.1' };
    this.#add(NAME_SERVER, { weight: 1, records: [address] });
    for (const [domain, instances] of domains) {
      this.#bundlesOf(`_http._tcp.${domain}`);
      for (const instance of instances) this.#addInstance(domain, instance);
    }
  }

  /** Undefined when there is no such name. */
  find(name: string): readonly Bundle[] | undefined {
    return this.#names.get(name.toLowerCase());
  }

  #addInstance(domain: string, instance: Instance): void {
    const { host, address, port, weight, ipv6, text } = instance;
    // Of one that is not healthy there is the name.
    this.#bundlesOf(host);
    if (instance.state?.isHealthy !== true) return;
    const own = (name: string): ZoneRecord[] => [
      { name, type: 'A', ttl: TTL_S, data: address },
      { name, type: 'AAAA', ttl: TTL_S, data: ipv6 },
      { name, type: 'TXT', ttl: TTL_S, data: text.map((each) => Buffer.from(each)) },
    ];
    this.#add(domain, { weight, records: own(domain) });
    this.#add(host, { weight, records: own(host) });
    const name = `_http._tcp.${domain}`;
    const data = { priority: 0, weight, port, target: host };
    this.#add(name, { weight, records: [{ name, type: 'SRV', ttl: TTL_S, data }] });
  }

  #add(name: string, bundle: Bundle): void {
    this.#bundlesOf(name).push(bundle);
  }

  /** A name that is there makes all names above it be there, down to the zone itself. */
  #bundlesOf(name: string): Bundle[] {
    const lower = name.toLowerCase();
    const bundles = this.#names.get(lower) ?? [];
    this.#names.set(lower, bundles);
    for (let above = lower; above !== ZONE; above = above.slice(above.indexOf('.') + 1)) {
      if (!this.#names.has(above)) this.#names.set(above, []);
    }
    return bundles;
  }
}
