/**
 * Visitor: uses a service as anybody does who has never heard of ZooKeeper: it asks a name server for
 * SRV and A with the resolver of Node, and goes to the first instance of the answer.
 */
import { Resolver } from 'node:dns/promises';

const PATIENCE_MS = 500;

export class Visitor {
  readonly #domain: string;
  readonly #resolver = new Resolver({ timeout: PATIENCE_MS, tries: 2 });
  /** Instance → visits that went well. */
  readonly #visits = new Map<string, number>();
  #failures = 0;
  #servedMs: number | undefined;
  #longestMs = 0;

  constructor(domain: string) {
    this.#domain = domain;
  }

  /** The longest time between two visits that went well. */
  get longestMs(): number {
    return Math.round(this.#longestMs);
  }

  /** How many visits went well, and where; how many did not. */
  get line(): string {
    const hosts = [...this.#visits].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const total = hosts.reduce((sum, [, count]) => sum + count, 0);
    const shares = hosts.map(([host, count]) => {
      return `${host.split('.')[0]} ${Math.round((count / total) * 100)} %`;
    });
    return `${this.#domain}: ${total} visits (${shares.join(', ')}), ${this.#failures} in vain`;
  }

  /** Asks the name servers at these ports, the first one first. */
  async visit(ports: readonly number[]): Promise<void> {
    try {
      this.#resolver.setServers(ports.map((port) => `127.0.0.1:${port}`));
      const [first] = await this.#resolver.resolveSrv(`_http._tcp.${this.#domain}`);
      const name = first?.name ?? '';
      const [address] = await this.#resolver.resolve4(name);
      const url = `http://${address}:${first?.port}/`;
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      await response.body?.cancel();
      if (response.ok) this.#noteServed(name);
      else this.#failures++;
    } catch {
      // No name server is there, or no instance, or it has died a moment ago.
      this.#failures++;
    }
  }

  #noteServed(host: string): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - (this.#servedMs ?? nowMs));
    this.#servedMs = nowMs;
    this.#visits.set(host, (this.#visits.get(host) ?? 0) + 1);
  }
}
