// Three processes started at once on empty data directories until the last of them has answered a
// request, and the resident memory of the three when they sit idle.

import { setTimeout as delay } from 'node:timers/promises';
import { firstAnswer } from '../measure/first-answer.ts';
import { readRssBytes } from '../measure/process-usage.ts';
import { createEnsemble } from '../servers/ensemble.ts';
import type { Question } from './question.ts';

const SETTLE_MS = 2000;
const MIB = 1 << 20;
const ROUNDS_FACTOR = 2;

const start = {
  name: 'cold start of three servers until all answer',
  unit: 's',
  better: 'lower',
  digits: 3,
} as const;
const memory = {
  name: 'resident memory of three, idle, fresh',
  unit: 'MiB',
  better: 'lower',
  digits: 1,
} as const;

export const ensembleStart: Question = async (asked) => {
  const { options, contestants, measurements } = asked;
  for (let round = 0; round < options.rounds * ROUNDS_FACTOR; round += 1) {
    for (const contestant of contestants) {
      const ensemble = await createEnsemble(asked, contestant);
      try {
        const startedAt = performance.now();
        const starts = ensemble.members.map((member) => member.start());
        const answers = ensemble.ports.map((port) => firstAnswer(port, startedAt));
        await Promise.all(starts);
        const milliseconds = Math.max(...(await Promise.all(answers)));
        await delay(SETTLE_MS);
        const bytes = ensemble.members.reduce((sum, { pid }) => sum + readRssBytes(pid), 0);
        measurements.add(start, contestant.name, milliseconds / 1000);
        measurements.add(memory, contestant.name, bytes / MIB);
      } finally {
        await ensemble.end();
      }
    }
  }
};
