// What requests wait at a fixed rate that all ensembles can serve: 70 % getData, 30 % setData of
// 1 KB, counted from the time that each was due.

import type { OpenLoopResult } from '../load/job.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { MeasureDefinition } from '../measure/measurements.ts';
import { openEnsembles } from '../servers/ensemble.ts';
import type { Asked, Question } from './question.ts';

const REQUESTS_PER_SECOND = 5_000;
const FIRST_WARM_UP_MS = 4_000;
const WARM_UP_MS = 500;

const milliseconds = { unit: 'ms', better: 'lower', digits: 2 } as const;
const rows: readonly [MeasureDefinition, (result: OpenLoopResult) => number][] = [
  [{ name: 'latency at 5,000/s, median', ...milliseconds }, (result) => result.latencyMsMedian],
  [{ name: 'latency at 5,000/s, 99 %', ...milliseconds }, (result) => result.latencyMs99],
  [{ name: 'latency at 5,000/s, longest', ...milliseconds }, (result) => result.latencyMsMax],
  [
    { name: "load generator's own lateness, 99 %", ...milliseconds },
    (result) => result.ownLatenessMs99,
  ],
  [
    { name: 'throughput', unit: '/s', better: 'higher', digits: 0 },
    (result) => result.operationsPerSecond,
  ],
];

const measure = async (asked: Asked, load: LoadProcess): Promise<void> => {
  const { options, measurements } = asked;
  const targets = await openEnsembles(asked);
  const run = (ports: readonly number[], warmUpMs: number) =>
    load.run({
      kind: 'open-loop',
      ports,
      connections: options.connections,
      requestsPerSecond: REQUESTS_PER_SECOND,
      warmUpMs,
      measureMs: options.seconds * 1000,
    });
  try {
    for (const { ports } of targets) {
      await load.run({ kind: 'prepare', port: ports[0] ?? 0 });
      await run(ports, FIRST_WARM_UP_MS);
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { contestant, ports } of targets) {
        const result = await run(ports, WARM_UP_MS);
        for (const [row, pick] of rows) measurements.add(row, contestant.name, pick(result));
      }
    }
  } finally {
    for (const target of targets) await target.end();
  }
};

export const ensembleLatency: Question = async (asked) => {
  const load = await LoadProcess.start();
  try {
    await measure(asked, load);
  } finally {
    await load.stop();
  }
};
