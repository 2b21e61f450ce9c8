// `npm run bench -- <name>`: measures Zooid side by side with the Java server on this machine, one
// server or an ensemble of three.

import { Measurements } from './measure/measurements.ts';
import { readCommandLine, usage } from './options.ts';
import { client } from './questions/client.ts';
import { coldStart } from './questions/cold-start.ts';
import { ensembleFailover } from './questions/ensemble-failover.ts';
import { ensembleLatency } from './questions/ensemble-latency.ts';
import { ensembleStart } from './questions/ensemble-start.ts';
import { idleSessions } from './questions/idle-sessions.ts';
import { millionNodes } from './questions/million-nodes.ts';
import type { Question } from './questions/question.ts';
import { ensembleChurn, sessionChurn } from './questions/session-churn.ts';
import { throughput } from './questions/throughput.ts';
import { watchFanOut } from './questions/watch-fan-out.ts';
import { printRun, readLoad, recordRun } from './report.ts';
import { openEnsembles } from './servers/ensemble.ts';
import { selectContestants } from './servers/select.ts';

const questions: Readonly<Record<string, Question>> = {
  get: throughput('get'),
  set: throughput('set'),
  create: throughput('create'),
  mixed: throughput('mixed'),
  children: throughput('children'),
  'watch-fan-out': watchFanOut,
  'session-churn': sessionChurn,
  'idle-sessions': idleSessions,
  'million-nodes': millionNodes,
  'cold-start': coldStart,
  client,
  'ensemble-get': throughput('get', openEnsembles),
  'ensemble-set': throughput('set', openEnsembles),
  'ensemble-mixed': throughput('mixed', openEnsembles),
  'ensemble-churn': ensembleChurn,
  'ensemble-latency': ensembleLatency,
  'ensemble-failover': ensembleFailover,
  'ensemble-start': ensembleStart,
};

const main = async (): Promise<void> => {
  const { names, options } = readCommandLine(process.argv.slice(2));
  const wanted = names.includes('all') ? Object.keys(questions) : names;
  const unknown = wanted.filter((name) => questions[name] === undefined);
  if (wanted.length === 0 || unknown.length > 0) {
    for (const name of unknown) console.error(`No bench is called ${name}.`);
    console.error(`${usage}\n\nBenches: all, ${Object.keys(questions).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const contestants = await selectContestants(options);
  if (contestants.length === 0) throw new Error('No server can be measured here.');
  for (const bench of wanted) {
    const measurements = new Measurements();
    const loadBefore = readLoad();
    const startedAt = performance.now();
    await questions[bench]?.({ options, contestants, measurements });
    const seconds = (performance.now() - startedAt) / 1000;
    const measures = measurements.list();
    const run = { bench, options, contestants, measures, seconds, loadBefore };
    printRun(run);
    if (options.record) recordRun(run);
  }
};

// Leaving through `exit` ends the servers as well, and a load process ends with its parent.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Whatever a failed bench has not ended would keep this process alive, and that the servers.
  process.exit(1);
}
