/**
 * One seed of a story: several programs with the real client contend for something, by a real recipe,
 * on a simulated ensemble to which everything happens. Then all heals, and everybody must have a turn.
 */
import type { Prng } from '../../../src/base/prng.ts';
import { checkHistory } from '../../../src/sim/checkers/check-history.ts';
import { Disturber } from '../../../src/sim/ensemble/disturber.ts';
import { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import { type EnsembleConfig, ensembleConfig } from '../../../src/sim/ensemble/ensemble-config.ts';
import { Operator } from '../../../src/sim/ensemble/operator.ts';
import type { Violation } from '../../../src/sim/history.ts';
import { streamOf } from '../../../src/sim/named-streams.ts';
import { Trace } from '../../../src/sim/trace.ts';
import { asViolations, Violated } from '../../../src/sim/violated.ts';
import { Contender, LEASES_MAX, RECIPES, type RecipeName } from './contender.ts';
import { Holders } from './holders.ts';
import { Program, VirtualTime } from './virtual-time.ts';

export interface StoryResult {
  readonly seed: number;
  readonly recipe: RecipeName;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Without what this is not about: members that change, sessions that no txn tells of. */
function storyConfig(seed: number): EnsembleConfig {
  const config = ensembleConfig(seed);
  const requests = {
    ...config.server.requests,
    ...{ reconfigEnabled: false, localSessionsEnabled: false },
  };
  return {
    ...config,
    ...{ spares: [], readOnlyModeEnabled: false, server: { ...config.server, requests } },
  };
}

export async function runRecipeSeed(seed: number): Promise<StoryResult> {
  return new RecipeStory(seed).run();
}

class RecipeStory {
  readonly #seed: number;
  readonly #config: EnsembleConfig;
  readonly #prng: Prng;
  readonly #trace = new Trace(null);
  readonly #ensemble: Ensemble;
  readonly #operator: Operator;
  readonly #disturber: Disturber;
  readonly #time: VirtualTime;
  readonly #holders: Holders;
  readonly #recipe: RecipeName;
  readonly #contenders: Contender[] = [];
  #error: unknown = null;

  constructor(seed: number) {
    this.#seed = seed;
    this.#config = storyConfig(seed);
    this.#prng = streamOf(seed, 'story');
    this.#recipe = this.#prng.pick(RECIPES);
    const ensemble = new Ensemble({
      config: this.#config,
      trace: this.#trace,
      hooks: {},
      onPeerEnd: (peer) => this.#operator.crash(peer, 'kill', 200_000),
    });
    this.#ensemble = ensemble;
    this.#operator = new Operator({
      world: ensemble,
      prng: this.#prng.fork(),
      crash: (peer, kind) => ensemble.crash(peer, kind),
      isChaos: () => this.#disturber.isOn,
      onBoot: (peer) => this.#disturber.onBoot(peer),
    });
    this.#disturber = new Disturber(ensemble, {
      crash: (peer, kind, downUs) => this.#operator.crash(peer, kind, downUs),
      askSyncs: () => {},
    });
    const { clock, queue } = ensemble;
    this.#time = new VirtualTime({ clock, queue, prng: streamOf(seed, 'program') });
    const sharedMax = this.#recipe === 'semaphore' ? LEASES_MAX : Number.POSITIVE_INFINITY;
    this.#holders = new Holders(ensemble.witness.model, sharedMax);
  }

  async run(): Promise<StoryResult> {
    let violations: readonly Violation[] = [];
    try {
      await this.#chaos();
      await this.#heal();
      await this.#end();
      violations = this.#audit();
    } catch (error) {
      violations = asViolations(error);
    } finally {
      this.#time[Symbol.dispose]();
    }
    const turns = this.#contenders.reduce((sum, each) => sum + each.turns, 0);
    const txns = this.#ensemble.witness.committed.length;
    const seconds = Math.round(this.#ensemble.clock.nowUs / 1e6);
    return {
      ...{ seed: this.#seed, recipe: this.#recipe, violations, hash: this.#trace.hash },
      counts: {
        turns,
        txns,
        seconds,
        stale: this.#holders.staleCount,
        refused: this.#holders.refusedCount,
        expired: this.#ensemble.history.expiries.length,
        ...this.#ensemble.counts,
      },
    };
  }

  async #chaos(): Promise<void> {
    const { peers, clock } = this.#ensemble;
    for (const peer of peers.values()) this.#operator.bootAfter(peer, 1);
    for (let index = 0; index < this.#prng.between(3, 5); index++) this.#addContender(index);
    this.#disturber.begin();
    this.#planCut();
    while (clock.nowUs < this.#config.chaosUs) await this.#step();
  }

  #addContender(index: number): void {
    const ensemble = this.#ensemble;
    const program = new Program(this.#time, ensemble);
    program.run(() => {
      this.#contenders.push(
        new Contender({
          ...{ index, ensemble, program, holders: this.#holders, recipe: this.#recipe },
          prng: streamOf(this.#seed, `contender ${index}`),
          onError: (error) => {
            this.#error = error;
          },
        }),
      );
    });
  }

  /** Connections break; programs are cut off, or stand still, for as long as a session lives, or longer. */
  #planCut(): void {
    const { clock, queue } = this.#ensemble;
    const { calmUsMax, server } = this.#config;
    queue.add(clock.nowUs + this.#prng.between(1, calmUsMax), 'cut', () => {
      if (!this.#disturber.isOn) return;
      const { socket, program } = this.#prng.pick(this.#contenders);
      const kind = this.#prng.below(3);
      if (kind === 0) {
        socket.breakOff();
      } else if (kind === 1) {
        program.pause(this.#prng.below(server.requests.maxSessionTimeoutMs * 2000));
      } else {
        socket.cutOff();
        const us = this.#prng.below(server.requests.maxSessionTimeoutMs * 2000);
        queue.add(clock.nowUs + us, 'cut ends', () => socket.heal());
      }
      this.#planCut();
    });
  }

  async #step(): Promise<void> {
    const { witness } = this.#ensemble;
    const before = witness.lastCommitted;
    if (!this.#ensemble.step()) throw Violated.of('L4', 'nothing is left to happen');
    this.#disturber.checkAmbushes();
    const isTouched = this.#time.isTouched;
    if (isTouched) await this.#time.rest();
    if (this.#error !== null) throw this.#error;
    if (isTouched || witness.lastCommitted !== before) this.#holders.check();
  }

  /** Everybody has a turn. */
  async #heal(): Promise<void> {
    const { peers } = this.#ensemble;
    this.#disturber.calm();
    this.#ensemble.dialer.refusalRate = 0;
    for (const { socket, program } of this.#contenders) {
      socket.heal();
      program.wake();
    }
    for (const peer of peers.values()) if (!peer.isListening) this.#operator.bootAfter(peer, 1000);
    const before = this.#contenders.map(({ turns }) => turns);
    await this.#awaitThat('a turn for everybody', () =>
      this.#contenders.every(({ turns }, i) => turns > (before[i] ?? 0)),
    );
  }

  async #end(): Promise<void> {
    let ended = 0;
    for (const contender of this.#contenders) {
      void contender.stop().then(() => ended++);
    }
    await this.#awaitThat('everybody stops', () => ended === this.#contenders.length);
  }

  async #awaitThat(what: string, condition: () => boolean): Promise<void> {
    const { clock } = this.#ensemble;
    const { tickTimeMs, initLimitTicks } = this.#config.zab;
    const boundUs = 60_000_000 + 20 * initLimitTicks * tickTimeMs * 1000;
    const endUs = clock.nowUs + boundUs;
    for (let turn = 0; !condition(); turn++) {
      if (clock.nowUs > endUs) throw Violated.of('M4', `within ${boundUs / 1e6} s: ${what}`);
      if (turn % 4096 === 0) this.#operator.helpLost();
      await this.#step();
    }
  }

  #audit(): readonly Violation[] {
    const { history, witness } = this.#ensemble;
    history.txns.push(...witness.committed);
    return checkHistory(history);
  }
}
