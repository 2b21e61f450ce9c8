// Process start to the first answered request on an empty data directory, and the resident memory
// of the server that has just started and sits idle.

import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../test/free-ports.ts';
import { firstAnswer } from '../measure/first-answer.ts';
import { readRssBytes } from '../measure/process-usage.ts';
import { freshDataDir, startIn } from '../servers/contestant.ts';
import type { Question } from './question.ts';

const SETTLE_MS = 2000;
const MIB = 1 << 20;
/** A start is short, and the one of the machine's noise-prone figures: more rounds than usual. */
const ROUNDS_FACTOR = 2;

const start = {
  name: 'cold start to the first answered request',
  unit: 's',
  better: 'lower',
  digits: 3,
  floor: 1,
  aim: 0.5,
} as const;
const memory = {
  name: 'resident memory, idle, fresh',
  unit: 'MiB',
  better: 'lower',
  digits: 1,
  floor: 1.1,
  aim: 0.8,
} as const;

export const coldStart: Question = async ({ options, contestants, measurements }) => {
  for (let round = 0; round < options.rounds * ROUNDS_FACTOR; round += 1) {
    for (const contestant of contestants) {
      const dataDir = freshDataDir({ contestant, folder: options.dataFolder });
      const port = await findFreePort();
      const startedAt = performance.now();
      const starting = startIn(contestant, dataDir, port);
      const [server, milliseconds] = await Promise.all([starting, firstAnswer(port, startedAt)]);
      await delay(SETTLE_MS);
      measurements.add(start, contestant.name, milliseconds / 1000);
      measurements.add(memory, contestant.name, readRssBytes(server.pid) / MIB);
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
};
