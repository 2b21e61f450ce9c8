// Operations per second of one client object in one process, against each server: the client of this
// package beside npm's node-zookeeper-client, where that can be had.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureNodeClient } from '../../test/interop/clients/fetched-clients.ts';
import type { ClientJob, ClientResult } from '../clients/measured-client.ts';
import { openArena } from '../servers/contestant.ts';
import type { Asked, Question } from './question.ts';

const program = fileURLToPath(new URL('../clients/main.ts', import.meta.url));
const WINDOWS = [
  { workload: 'get', depth: 1 },
  { workload: 'get', depth: 512 },
  { workload: 'set', depth: 512 },
] as const;

const runJob = async (job: ClientJob): Promise<ClientResult> => {
  const words = ['--import', import.meta.resolve('tsx'), program, JSON.stringify(job)];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as ClientResult;
};

const addResult = (
  { measurements }: Asked,
  job: ClientJob & { server: string },
  result: ClientResult,
) => {
  const at = `${job.library}: ${job.workload}, depth ${job.depth}`;
  const throughput = {
    name: `${at}: throughput`,
    unit: '/s',
    better: 'higher',
    digits: 0,
  } as const;
  measurements.add(throughput, job.server, result.operationsPerSecond);
  const cpu = {
    name: `${at}: client CPU per 100,000`,
    unit: 's',
    better: 'lower',
    digits: 2,
  } as const;
  measurements.add(cpu, job.server, result.cpuSecondsPer100k);
};

export const client: Question = async (asked) => {
  const { options, contestants } = asked;
  const npm = await ensureNodeClient();
  if (!npm.available) console.error(npm.reason);
  const libraries = ['zooid', ...(npm.available ? ['node-zookeeper-client'] : [])];
  for (const contestant of contestants) {
    const arena = await openArena({ contestant, folder: options.dataFolder });
    try {
      for (let round = 0; round < options.rounds; round += 1) {
        for (const window of WINDOWS) {
          for (const library of libraries) {
            const job = { ...window, library, port: arena.server.port, seconds: options.seconds };
            addResult(asked, { ...job, server: contestant.name }, await runJob(job));
          }
        }
      }
    } finally {
      await arena.end();
    }
  }
};
