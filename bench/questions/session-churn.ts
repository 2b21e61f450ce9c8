// Connect, create an ephemeral node, close the session: how many a second.

import { LoadProcess } from '../load/load-process.ts';
import { type Contestant, type LoadTarget, openArena, targetOf } from '../servers/contestant.ts';
import { openEnsemble } from '../servers/ensemble.ts';
import type { Asked, Question } from './question.ts';

const FIRST_WARM_UP_MS = 3000;
const WARM_UP_MS = 500;

type Opening = (asked: Asked, contestant: Contestant) => Promise<LoadTarget>;

const openOne: Opening = async ({ options }, contestant) =>
  targetOf(await openArena({ contestant, folder: options.dataFolder }));

const bar = { floor: 1.5, aim: 3 };

const churn = async (asked: Asked, open: Opening): Promise<void> => {
  const { options, contestants, measurements } = asked;
  const load = await LoadProcess.start();
  const targets: LoadTarget[] = [];
  const rate = {
    name: 'connect + ephemeral + close',
    unit: '/s',
    better: 'higher',
    digits: 0,
    ...(open === openOne ? bar : {}),
  } as const;
  const use = {
    name: "load generator's use of a core",
    unit: '',
    better: 'lower',
    digits: 2,
  } as const;
  let jobNumber = 0;
  const run = (ports: readonly number[], warmUpMs: number) => {
    jobNumber += 1;
    const measureMs = options.seconds * 1000;
    const workers = options.connections;
    return load.run({ kind: 'session-churn', ports, workers, warmUpMs, measureMs, jobNumber });
  };
  try {
    for (const contestant of contestants) {
      const target = await open(asked, contestant);
      targets.push(target);
      await load.run({ kind: 'prepare', port: target.ports[0] ?? 0 });
      await run(target.ports, FIRST_WARM_UP_MS);
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { contestant, ports } of targets) {
        const result = await run(ports, WARM_UP_MS);
        measurements.add(rate, contestant.name, result.sessionsPerSecond);
        measurements.add(use, contestant.name, result.loadCpuShare);
      }
    }
  } finally {
    await load.stop();
    for (const target of targets) await target.end();
  }
};

export const sessionChurn: Question = (asked) => churn(asked, openOne);

/** The sessions spread over three servers. */
export const ensembleChurn: Question = (asked) => churn(asked, openEnsemble);
