// Operations per second of one workload, at each depth: all servers stay up, and the measured
// windows go round between them (A B A B), so that a busy moment of the machine meets all alike.
// CPU time per 100,000 operations and resident memory come from the same windows.

import type { ClosedLoopResult, Workload } from '../load/job.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { MeasureDefinition } from '../measure/measurements.ts';
import { type LoadTarget, openArena, targetOf } from '../servers/contestant.ts';
import type { Asked, Question } from './question.ts';

interface Bar {
  readonly floor: number;
  readonly aim: number;
}

const FIRST_WARM_UP_MS = 3000;
const WARM_UP_MS = 500;
const MIB = 1 << 20;
const memoryBar: Bar = { floor: 0.4, aim: 0.25 };

/** By workload and depth: ratio of operations per second to Java's. */
const throughputBars: Readonly<Record<string, Bar>> = {
  'get 1': { floor: 1.4, aim: 2 },
  'get 16': { floor: 4, aim: 8 },
  'set 1': { floor: 1.2, aim: 1.6 },
  'set 16': { floor: 2, aim: 3 },
};
const readCpuBar: Bar = { floor: 0.5, aim: 0.25 };

interface Window {
  readonly workload: Workload;
  readonly depth: number;
  readonly warmUpMs: number;
  readonly jobNumber: number;
}

interface Measured {
  readonly asked: Asked;
  readonly target: LoadTarget;
  readonly window: Window;
}

/** The bars are for one server. */
const isOne = ({ ports }: LoadTarget): boolean => ports.length === 1;

const addResult = ({ asked, target, window }: Measured, result: ClosedLoopResult): void => {
  const { measurements } = asked;
  const server = target.contestant.name;
  const { workload, depth } = window;
  const add = (definition: MeasureDefinition, value: number): void =>
    measurements.add(definition, server, value);
  const at = `${workload}, depth ${depth}`;
  add(
    {
      name: `${at}: throughput`,
      unit: '/s',
      better: 'higher',
      digits: 0,
      ...(isOne(target) ? throughputBars[`${workload} ${depth}`] : {}),
    },
    result.operationsPerSecond,
  );
  add(
    {
      name: `${at}: server CPU per 100,000`,
      unit: 's',
      better: 'lower',
      digits: 2,
      ...(workload === 'get' && isOne(target) ? readCpuBar : {}),
    },
    result.serverCpuSecondsPer100k,
  );
  const latency = { unit: 'ms', better: 'lower', digits: 2 } as const;
  add({ name: `${at}: latency, median`, ...latency }, result.latencyMsMedian);
  add({ name: `${at}: latency, 99 %`, ...latency }, result.latencyMs99);
  add(
    { name: `${at}: load generator's use of a core`, unit: '', better: 'lower', digits: 2 },
    result.loadCpuShare,
  );
};

const openArenas = async ({ contestants, options }: Asked): Promise<LoadTarget[]> => {
  const targets: LoadTarget[] = [];
  for (const contestant of contestants) {
    targets.push(targetOf(await openArena({ contestant, folder: options.dataFolder })));
  }
  return targets;
};

const measureTargets = async (
  asked: Asked,
  workload: Workload,
  targets: readonly LoadTarget[],
): Promise<void> => {
  const { options, measurements } = asked;
  const load = await LoadProcess.start();
  let jobNumber = 0;
  const run = (target: LoadTarget, depth: number, warmUpMs: number, measureMs: number) => {
    jobNumber += 1;
    return load.run({
      kind: 'closed-loop',
      ports: target.ports,
      serverPids: target.pids,
      workload,
      connections: options.connections,
      depth,
      warmUpMs,
      measureMs,
      jobNumber,
    });
  };
  for (const target of targets) {
    await load.run({ kind: 'prepare', port: target.ports[0] ?? 0 });
    for (const depth of options.depths) await run(target, depth, FIRST_WARM_UP_MS / 2, 1);
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const depth of options.depths) {
      for (const target of targets) {
        const result = await run(target, depth, WARM_UP_MS, options.seconds * 1000);
        const window = { workload, depth, warmUpMs: WARM_UP_MS, jobNumber };
        addResult({ asked, target, window }, result);
        measurements.add(
          {
            name: `${workload}: resident memory under load`,
            unit: 'MiB',
            better: 'lower',
            digits: 0,
            ...(isOne(target) ? memoryBar : {}),
          },
          target.contestant.name,
          result.serverRssBytes / MIB,
        );
      }
    }
  }
  await load.stop();
};

/** Of one server, or of what `open` gives. */
export const throughput =
  (
    workload: Workload,
    open: (asked: Asked) => Promise<readonly LoadTarget[]> = openArenas,
  ): Question =>
  async (asked) => {
    const targets = await open(asked);
    try {
      await measureTargets(asked, workload, targets);
    } finally {
      for (const target of targets) await target.end();
    }
  };
