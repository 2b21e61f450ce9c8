// One client in a process of its own: takes a job as JSON, prints the result as JSON.

import type { ClientJob, ClientResult, MeasuredClient } from './measured-client.ts';
import { connectNpm } from './npm-client.ts';
import { connectZooid } from './zooid-client.ts';

const WARM_UP_MS = 1000;
const DATA_BYTES = 100;

const run = async (client: MeasuredClient, job: ClientJob, ms: number): Promise<number> => {
  const data = Buffer.alloc(DATA_BYTES, 7);
  const deadline = performance.now() + ms;
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < deadline) {
      if (job.workload === 'set') await client.set('/bench', data);
      else if ((await client.get('/bench')) !== DATA_BYTES) throw new Error('Other data came.');
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: job.depth }, worker));
  return count;
};

const job = JSON.parse(process.argv[2] ?? '') as ClientJob;
const client = await (job.library === 'zooid' ? connectZooid : connectNpm)(job.port);
// Made by whoever comes first.
await client.create('/bench', Buffer.alloc(DATA_BYTES, 7)).catch(() => {});
await run(client, job, WARM_UP_MS);
const before = process.cpuUsage();
const startedMs = performance.now();
const count = await run(client, job, job.seconds * 1000);
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(before);
await client.close();
const result: ClientResult = {
  operationsPerSecond: count / seconds,
  cpuSecondsPer100k: ((user + system) / 1e6 / count) * 1e5,
};
console.log(JSON.stringify(result));
