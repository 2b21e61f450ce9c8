/**
 * The targets `leader` and `learner`: the machines of ZAB, and on the other side a peer that keeps to
 * nothing. What it does is a list of numbers (test/core/zab/hostile-steps.ts).
 */
import type { Prng } from '../../src/base/prng.ts';
import { attackLeader, attackLearner, type HostileStep } from '../core/zab/hostile-steps.ts';
import { type FuzzTarget, smallerLists } from './fuzz-target.ts';

const STEPS_MAX = 60;
const NUMBER_MAX = 2 ** 20;

type Steps = readonly HostileStep[];

function generate(prng: Prng): Steps {
  const below = () => prng.below(NUMBER_MAX);
  const step = (): HostileStep => [prng.below(8), below(), below(), below()];
  return Array.from({ length: prng.between(1, STEPS_MAX) }, step);
}

function parseStep(line: string): HostileStep {
  const [act = 0, a = 0, b = 0, c = 0] = line.split(' ').map(Number);
  return [act, a, b, c];
}

function target(name: string, check: (steps: Steps) => void): FuzzTarget<Steps> {
  return {
    name,
    generate,
    check,
    encode: (steps) => `${steps.map((step) => step.join(' ')).join('\n')}\n`,
    decode: (text) => text.trim().split('\n').map(parseStep),
    smaller: smallerLists,
  };
}

export const leaderTarget = target('leader', attackLeader);
export const learnerTarget = target('learner', attackLearner);
