/** Election ports on the loopback that know each other, with what they heard. */
import type { TestContext } from 'node:test';
import type { HostAndPort } from '../../../src/core/zab/members/ensemble-server.ts';
import { type LogFacts, makeLogger } from '../../../src/server/logging/logger.ts';
import {
  ElectionPort,
  type ElectionPortOptions,
} from '../../../src/server/quorum/election-port.ts';
import { findFreePort } from '../../free-ports.ts';

export interface Heard {
  readonly from: number;
  readonly text: string;
}

/** Resolves promises when what they wait for holds, looked at after each event. */
export class Events {
  #waiting: (() => boolean)[] = [];

  readonly changed = (): void => {
    this.#waiting = this.#waiting.filter((isStillWaiting) => isStillWaiting());
  };

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        if (!holds()) return true;
        resolve();
        return false;
      });
      this.changed();
    });
  }
}

export class TestElectionPort {
  readonly sid: number;
  readonly port: ElectionPort;
  readonly heard: Heard[] = [];
  /** `up 2`, `down 2`. */
  readonly changes: string[] = [];
  readonly log: { level: string; message: string; facts: LogFacts }[] = [];
  readonly #events = new Events();

  constructor(
    sid: number,
    addresses: ReadonlyMap<number, readonly HostAndPort[]>,
    options: Partial<ElectionPortOptions>,
  ) {
    this.sid = sid;
    this.port = new ElectionPort({
      options: {
        sid,
        addresses: addresses.get(sid) ?? [],
        isOnAllAddresses: false,
        isMultiAddress: false,
        keepAlive: false,
        connectTimeoutMs: 5_000,
        handshakeTimeoutMs: 10_000,
        bindTriesMax: 3,
        bindRetryMs: 10,
        retry: { firstMs: 5, maxMs: 20, dialBackMs: 1_000 },
        ...options,
      },
      logger: makeLogger('debug', (level, message, facts = {}) => {
        this.log.push({ level, message, facts });
        this.#events.changed();
      }),
      addressesOf: (other) => addresses.get(other) ?? [],
      onMessage: (from, bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        this.heard.push({ from, text });
        this.#events.changed();
        return text === 'nonsense' ? 'no notification' : null;
      },
      onPeerUp: (other) => this.#onChange(`up ${other}`),
      onPeerDown: (other) => this.#onChange(`down ${other}`),
    });
  }

  send(to: number, text: string): void {
    this.port.send(to, Buffer.from(text, 'latin1'));
  }

  until(holds: () => boolean): Promise<void> {
    return this.#events.until(holds);
  }

  hears(from: number, text: string): Promise<void> {
    return this.until(() => this.heard.some((each) => each.from === from && each.text === text));
  }

  /** The facts of the first such line. */
  async logged(message: string): Promise<LogFacts> {
    const find = () => this.log.find((line) => line.message === message);
    await this.until(() => find() !== undefined);
    return find()?.facts ?? {};
  }

  #onChange(change: string): void {
    this.changes.push(change);
    this.#events.changed();
  }
}

export interface TestEnsemble {
  readonly addresses: Map<number, readonly HostAndPort[]>;
  portOf(sid: number): number;
  /** Listens, and is closed with the test. */
  start(sid: number, options?: Partial<ElectionPortOptions>): Promise<TestElectionPort>;
}

/** As many different ones. */
export async function findFreePorts(count: number, taken: readonly number[] = []) {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = await findFreePort();
    if (!taken.includes(port)) ports.add(port);
  }
  return [...ports];
}

/** Every server has an address; none is started yet. */
export async function makeEnsemble(t: TestContext, sids: readonly number[]): Promise<TestEnsemble> {
  const addresses = new Map<number, readonly HostAndPort[]>();
  const ports = await findFreePorts(sids.length);
  for (const [at, sid] of sids.entries()) {
    addresses.set(sid, [{ host: '127.0.0.1', port: ports[at] ?? 0 }]);
  }
  return {
    addresses,
    portOf: (sid) => addresses.get(sid)?.[0]?.port ?? 0,
    async start(sid, options = {}) {
      const made = new TestElectionPort(sid, addresses, options);
      t.after(() => made.port.close());
      await made.port.listen();
      return made;
    },
  };
}
