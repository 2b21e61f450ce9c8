// A million nodes of 100 bytes: loading them, the memory they take, the longest wait of another
// client while the tree grows, when it is full and while snapshots of it are written, and the
// restart. The servers run one after the other, so that each has the machine for itself.

import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../test/free-ports.ts';
import type { RunningServer } from '../../test/interop/running-server.ts';
import { LoadProcess } from '../load/load-process.ts';
import { firstAnswer } from '../measure/first-answer.ts';
import type { MeasureDefinition } from '../measure/measurements.ts';
import { readPeakRssBytes, readRssBytes } from '../measure/process-usage.ts';
import { type Contestant, freshDataDir, startIn } from '../servers/contestant.ts';
import type { Asked, Question } from './question.ts';

const CONNECTIONS = 16;
const DEPTH = 16;
/** Above the default snapCount of 100,000, so that at least one snapshot of the full tree begins. */
const REWRITES = 110_000;
const IDLE_MS = 3000;
const SNAPSHOT_MS = 5000;
const MIB = 1 << 20;

const seconds = (name: string, floor?: number): MeasureDefinition => ({
  name,
  unit: 's',
  better: 'lower',
  digits: 2,
  ...(floor === undefined ? {} : { floor }),
});
const mebibytes = (name: string, floor?: number): MeasureDefinition => ({
  name,
  unit: 'MiB',
  better: 'lower',
  digits: 0,
  ...(floor === undefined ? {} : { floor }),
});
const count = (name: string): MeasureDefinition => ({
  name,
  unit: '',
  better: 'higher',
  digits: 0,
});
const pause = (name: string): MeasureDefinition => ({
  name,
  unit: 'ms',
  better: 'lower',
  digits: 1,
});

const countSnapshots = (dataDir: string): number =>
  readdirSync(path.join(dataDir, 'version-2')).filter((file) => file.startsWith('snapshot.'))
    .length;

interface Stage {
  readonly asked: Asked;
  readonly contestant: Contestant;
  readonly server: RunningServer;
}

const growAndProbe = async ({ asked, contestant, server }: Stage): Promise<void> => {
  const { options, measurements } = asked;
  const { port, pid, dataDir } = server;
  const add = (definition: MeasureDefinition, value: number): void =>
    measurements.add(definition, contestant.name, value);
  const load = await LoadProcess.start();
  const prober = await LoadProcess.start();
  try {
    const probing = prober.run({ kind: 'probe', port, path: '/' });
    const size = { connections: CONNECTIONS, depth: DEPTH, nodes: options.nodes };
    prober.enterPhase('while growing');
    const filled = await load.run({ kind: 'fill', port, ...size });
    add(seconds('loading'), filled.seconds);
    add({ ...count('loading: creates'), unit: '/s' }, filled.operationsPerSecond);
    prober.enterPhase('when full, idle');
    await delay(IDLE_MS);
    add(mebibytes('resident memory, full', 0.45), readRssBytes(pid) / MIB);
    const snapshotsBefore = countSnapshots(dataDir);
    prober.enterPhase('when full, writes and a snapshot');
    const operations = REWRITES;
    const rewritten = await load.run({ kind: 'rewrite', port, ...size, operations });
    add({ ...count('writes when full'), unit: '/s' }, rewritten.operationsPerSecond);
    await delay(SNAPSHOT_MS);
    prober.endJob();
    add(count('snapshots begun in that time'), countSnapshots(dataDir) - snapshotsBefore);
    for (const phase of await probing) {
      if (phase.name === 'start') continue;
      add(pause(`longest wait ${phase.name}`), phase.longestMs);
      add(
        pause(`  (prober's own longest delay)`.replace('(', `(${phase.name}: `)),
        phase.ownDelayMs,
      );
    }
    add(mebibytes('resident memory, highest'), readPeakRssBytes(pid) / MIB);
  } finally {
    await load.stop();
    await prober.stop();
  }
};

const restart = async ({ asked, contestant, server }: Stage): Promise<void> => {
  const port = await findFreePort();
  const startedAt = performance.now();
  const starting = startIn(contestant, server.dataDir, port);
  const [again, milliseconds] = await Promise.all([starting, firstAnswer(port, startedAt)]);
  const add = (definition: MeasureDefinition, value: number): void =>
    asked.measurements.add(definition, contestant.name, value);
  add(seconds('restart until the first answered request', 1), milliseconds / 1000);
  await delay(IDLE_MS);
  add(mebibytes('resident memory after the restart'), readRssBytes(again.pid) / MIB);
  await again.stop();
};

export const millionNodes: Question = async (asked) => {
  const { options, contestants } = asked;
  for (const contestant of contestants) {
    const dataDir = freshDataDir({ contestant, folder: options.dataFolder });
    const server = await startIn(contestant, dataDir);
    const stage = { asked, contestant, server };
    try {
      await growAndProbe(stage);
      await server.stop();
      await restart(stage);
    } finally {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
};
