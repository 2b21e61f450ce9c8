// One set seen by many watching sessions: milliseconds until the last of them has its event.

import { LoadProcess } from '../load/load-process.ts';
import { openArena } from '../servers/contestant.ts';
import type { Question } from './question.ts';

const SETS_PER_ROUND = 30;

export const watchFanOut: Question = async ({ options, contestants, measurements }) => {
  const load = await LoadProcess.start();
  const arenas = [];
  const definition = {
    name: `one set seen by ${options.watchers} watchers, last one`,
    unit: 'ms',
    better: 'lower',
    digits: 2,
    floor: 0.6,
    aim: 0.25,
  } as const;
  const worst = {
    name: 'the same, worst of a round',
    unit: 'ms',
    better: 'lower',
    digits: 2,
  } as const;
  try {
    for (const contestant of contestants) {
      const arena = await openArena({ contestant, folder: options.dataFolder });
      arenas.push(arena);
      await load.run({ kind: 'prepare', port: arena.server.port });
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { contestant, server } of arenas) {
        const { port } = server;
        const job = { watchers: options.watchers, rounds: SETS_PER_ROUND };
        const result = await load.run({ kind: 'watch-fan-out', port, ...job });
        measurements.add(definition, contestant.name, result.lastEventMsMedian);
        measurements.add(worst, contestant.name, result.lastEventMsMax);
      }
    }
  } finally {
    await load.stop();
    for (const arena of arenas) await arena.end();
  }
};
