// How long an ensemble acknowledges nothing when one of its servers dies or is stopped, as one client
// sees it that writes without pause and knows all servers. After each fault the server comes back
// and all serve again before the next.

import assert from 'node:assert/strict';
import type { EnsembleMember } from '../../test/interop/ensemble/ensemble-member.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { MeasureDefinition, Measurements } from '../measure/measurements.ts';
import { percentile } from '../measure/median.ts';
import { type EnsembleTarget, openEnsembles } from '../servers/ensemble.ts';
import type { Asked, Question } from './question.ts';

/** In each round and for each kind of fault; the client begins at another server each time. */
const FAULTS = { leaderKilled: 6, leaderStopped: 3, followerKilled: 3 } as const;

const milliseconds = { unit: 'ms', better: 'lower', digits: 0 } as const;
const recovery: MeasureDefinition = {
  name: 'leader killed: first write through the next one',
  ...milliseconds,
};
const recovery99: MeasureDefinition = {
  name: 'leader killed: the same, 99 % of all kills',
  ...milliseconds,
};
const stopped: MeasureDefinition = {
  name: 'leader stopped: longest gap between writes',
  ...milliseconds,
};
const follower: MeasureDefinition = {
  name: 'follower killed: longest gap, client of the leader',
  ...milliseconds,
};
const ownFollower: MeasureDefinition = {
  name: 'follower killed: longest gap, its own client',
  ...milliseconds,
};

interface Fault {
  readonly victim: EnsembleMember;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** An index of the ensemble's servers. */
  readonly firstServer: number;
  readonly isLeader: boolean;
}

class Faults {
  readonly #load: LoadProcess;
  readonly #target: EnsembleTarget;
  readonly #measurements: Measurements;
  readonly recoveries: number[] = [];
  #number = 0;

  constructor(load: LoadProcess, target: EnsembleTarget, measurements: Measurements) {
    this.#load = load;
    this.#target = target;
    this.#measurements = measurements;
  }

  async killLeader(): Promise<void> {
    const victim = await this.#leader();
    const { recoveryMs } = await this.#cause({ ...this.#onLeader(victim), signal: 'SIGKILL' });
    assert.ok(recoveryMs !== null, 'another one leads');
    this.recoveries.push(recoveryMs);
    this.#add(recovery, recoveryMs);
  }

  async stopLeader(): Promise<void> {
    const victim = await this.#leader();
    const { longestGapMs } = await this.#cause({ ...this.#onLeader(victim), signal: 'SIGTERM' });
    this.#add(stopped, longestGapMs);
  }

  async killFollower(): Promise<void> {
    const leader = await this.#leader();
    const [victim] = await this.#target.ensemble.followers();
    assert.ok(victim !== undefined, 'somebody follows');
    const fault = { victim, signal: 'SIGKILL', isLeader: false } as const;
    const atLeader = await this.#cause({ ...fault, firstServer: leader.id - 1 });
    this.#add(follower, atLeader.longestGapMs);
    const atVictim = await this.#cause({ ...fault, firstServer: victim.id - 1 });
    this.#add(ownFollower, atVictim.longestGapMs);
  }

  #leader(): Promise<EnsembleMember> {
    return this.#target.ensemble.untilLeader();
  }

  #onLeader(victim: EnsembleMember): Omit<Fault, 'signal'> {
    this.#number += 1;
    return { victim, isLeader: true, firstServer: this.#number % this.#target.ports.length };
  }

  async #cause({ victim, ...fault }: Fault) {
    const { ports, ensemble } = this.#target;
    const result = await this.#load.run({ kind: 'fault', ports, pid: victim.pid, ...fault });
    await ensemble.until('end of the process', async () => !victim.isUp || undefined);
    await ensemble.startRest();
    return result;
  }

  #add(definition: MeasureDefinition, value: number): void {
    this.#measurements.add(definition, this.#target.contestant.name, value);
  }
}

const causeRound = async (faults: Faults): Promise<void> => {
  for (let fault = 0; fault < FAULTS.leaderKilled; fault += 1) await faults.killLeader();
  for (let fault = 0; fault < FAULTS.leaderStopped; fault += 1) await faults.stopLeader();
  for (let fault = 0; fault < FAULTS.followerKilled; fault += 1) await faults.killFollower();
};

const measure = async (asked: Asked, load: LoadProcess): Promise<void> => {
  const { options, measurements } = asked;
  const targets = await openEnsembles(asked);
  try {
    for (const { ports } of targets) await load.run({ kind: 'prepare', port: ports[0] ?? 0 });
    const all = targets.map((target) => new Faults(load, target, measurements));
    for (let round = 0; round < options.rounds; round += 1) {
      for (const faults of all) await causeRound(faults);
    }
    for (const [index, { contestant }] of targets.entries()) {
      const value = percentile(all[index]?.recoveries ?? [], 99);
      measurements.add(recovery99, contestant.name, value);
    }
  } finally {
    for (const target of targets) await target.end();
  }
};

export const ensembleFailover: Question = async (asked) => {
  const load = await LoadProcess.start();
  try {
    await measure(asked, load);
  } finally {
    await load.stop();
  }
};
