// Connect, create an ephemeral node, close the session: how many a second.

import { LoadProcess } from '../load/load-process.ts';
import { openArena } from '../servers/contestant.ts';
import type { Question } from './question.ts';

const FIRST_WARM_UP_MS = 3000;
const WARM_UP_MS = 500;

export const sessionChurn: Question = async ({ options, contestants, measurements }) => {
  const load = await LoadProcess.start();
  const arenas = [];
  const rate = {
    name: 'connect + ephemeral + close',
    unit: '/s',
    better: 'higher',
    digits: 0,
    floor: 1.5,
    aim: 3,
  } as const;
  const use = {
    name: "load generator's use of a core",
    unit: '',
    better: 'lower',
    digits: 2,
  } as const;
  let jobNumber = 0;
  const run = (port: number, warmUpMs: number) => {
    jobNumber += 1;
    const measureMs = options.seconds * 1000;
    const workers = options.connections;
    return load.run({ kind: 'session-churn', port, workers, warmUpMs, measureMs, jobNumber });
  };
  try {
    for (const contestant of contestants) {
      const arena = await openArena({ contestant, folder: options.dataFolder });
      arenas.push(arena);
      await load.run({ kind: 'prepare', port: arena.server.port });
      await run(arena.server.port, FIRST_WARM_UP_MS);
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { contestant, server } of arenas) {
        const result = await run(server.port, WARM_UP_MS);
        measurements.add(rate, contestant.name, result.sessionsPerSecond);
        measurements.add(use, contestant.name, result.loadCpuShare);
      }
    }
  } finally {
    await load.stop();
    for (const arena of arenas) await arena.end();
  }
};
