/**
 * Contender: a program with a client of its own that wants to hold something over and over: it waits
 * for its turn, holds for a while, and gives it back. When its session is over for good it begins with
 * another client.
 */
import type { Prng } from '../../../src/base/prng.ts';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import {
  LeaderLatch,
  Lock,
  ReadWriteLock,
  RecipeError,
  Semaphore,
  SequenceElection,
} from '../../../src/recipes/index.ts';
import type { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import type { Belief, Holders, Holding } from './holders.ts';
import { SimDial } from './sim-dial.ts';
import type { Program } from './virtual-time.ts';

export const RECIPES = ['lock', 'readWriteLock', 'semaphore', 'election', 'latch'] as const;
export type RecipeName = (typeof RECIPES)[number];
export const LEASES_MAX = 2;

export interface ContenderParts {
  readonly index: number;
  readonly ensemble: Ensemble;
  readonly program: Program;
  readonly holders: Holders;
  readonly prng: Prng;
  readonly recipe: RecipeName;
  onError(error: unknown): void;
}

interface Turn {
  readonly holding: Holding & { readonly signal: AbortSignal };
  readonly kind: Belief['kind'];
  giveBack(): Promise<void>;
}

/** To be made in its program. */
export class Contender {
  readonly socket: SimDial;
  readonly program: Program;
  /** How often it has held. */
  turns = 0;
  readonly #parts: ContenderParts;
  readonly #done: Promise<void>;
  #zk: ZooKeeper;
  #isStopped = false;
  readonly #stop = new AbortController();

  constructor(parts: ContenderParts) {
    this.#parts = parts;
    this.program = parts.program;
    this.socket = new SimDial(parts);
    this.#zk = this.#connect();
    this.#done = this.#run().catch((error: unknown) => parts.onError(error));
  }

  get sessionTimeoutMs(): number {
    return this.#zk.session.timeoutMs;
  }

  /** It ends what it waits for, gives back what it holds, and closes its client. */
  async stop(): Promise<void> {
    this.program.run(() => {
      this.#isStopped = true;
      this.#stop.abort(new Error('stopped'));
    });
    await this.#done;
  }

  #connect(): ZooKeeper {
    const { ensemble, prng } = this.#parts;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = ensemble.config.server.requests;
    const hosts = [...ensemble.peers.keys()].map((sid) => `server:${sid}`);
    return new ZooKeeper(hosts.join(','), {
      sessionTimeoutMs: prng.between(minSessionTimeoutMs, maxSessionTimeoutMs),
      connectionTimeoutMs: 1000,
      reconnect: { baseMs: 20, maxMs: 500 },
      onExpired: prng.chance(0.5) ? 'renew' : 'stop',
      deps: { dial: this.socket.dial },
    });
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#hold(await this.#acquire());
      } catch (error) {
        if (!isExpected(error) && !this.#isStopped) throw error;
        if (this.#zk.state === 'expired') {
          await this.#zk.close();
          this.#zk = this.#connect();
        }
        await pause(10);
      }
    }
    await this.#zk.close();
  }

  async #hold({ holding, kind, giveBack }: Turn): Promise<void> {
    const end = this.#parts.holders.add({ holding, kind });
    const { tickTimeMs } = this.#parts.ensemble.config.zab;
    await pause(this.#parts.prng.below(tickTimeMs), holding.signal);
    this.turns++;
    this.#parts.holders.write({ holding, kind });
    end();
    await giveBack();
  }

  async #acquire(): Promise<Turn> {
    const { recipe, prng } = this.#parts;
    const options = { abortOn: prng.pick(['sessionLost', 'disconnected'] as const) };
    const { signal } = this.#stop;
    switch (recipe) {
      case 'lock':
        return turnOf(await new Lock(this.#zk, '/lock', options).acquire({ signal }), 'sole');
      case 'readWriteLock': {
        const { readLock, writeLock } = new ReadWriteLock(this.#zk, '/lock', options);
        if (prng.chance(0.5)) return turnOf(await writeLock.acquire({ signal }), 'sole');
        return turnOf(await readLock.acquire({ signal }), 'shared');
      }
      case 'semaphore': {
        const semaphore = new Semaphore(this.#zk, '/leases', { ...options, leasesMax: LEASES_MAX });
        return turnOf(await semaphore.acquire({ signal }), 'shared');
      }
      case 'election':
        return this.#lead(new SequenceElection(this.#zk, '/masters', options));
      case 'latch':
        return this.#lead(new LeaderLatch(this.#zk, '/leaders', options));
    }
  }

  async #lead(election: SequenceElection | LeaderLatch): Promise<Turn> {
    const { signal } = this.#stop;
    try {
      await election.start({ signal });
      const holding = await election.leadership({ signal });
      return { holding, kind: 'sole', giveBack: () => election.close() };
    } catch (error) {
      await election.close();
      throw error;
    }
  }
}

function turnOf(held: Turn['holding'] & { release(): Promise<void> }, kind: Belief['kind']): Turn {
  return { holding: held, kind, giveBack: () => held.release() };
}

/** The end of a session, and what follows from it. */
function isExpected(error: unknown): boolean {
  if (error instanceof RecipeError) return error.code === 'Lost';
  return isZooKeeperError(error, 'SessionExpired', 'InvalidState');
}

/** Resolves early when the signal aborts. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
