// Session churn: connect, create an ephemeral node, close the session, again. Each worker does one
// after the other with a round trip for each step, as a client would. Workers have source
// addresses of their own, or the closed connections would use up the local ports.

import { setTimeout as delay } from 'node:timers/promises';
import { CreateFlags, encodeCloseSession, encodeCreate, fillData } from './frames.ts';
import type { SessionChurnJob, SessionChurnResult } from './job.ts';
import { LoadConnection } from './load-connection.ts';

const closeFrame = encodeCloseSession(2);

class ChurnWorker {
  readonly #job: SessionChurnJob;
  readonly #number: number;
  readonly #data = fillData(0);
  #isStopped = false;
  completed = 0;

  constructor(job: SessionChurnJob, number: number) {
    this.#job = job;
    this.#number = number;
  }

  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#oneSession();
      this.completed += 1;
    }
  }

  async #oneSession(): Promise<void> {
    const connection = await LoadConnection.open({
      port: this.#job.ports[this.#number % this.#job.ports.length] ?? 0,
      localAddress: `127.0.1.${this.#number + 1}`,
    });
    const path = `/bench/churn/j${this.#job.jobNumber}w${this.#number}n${this.completed}`;
    const create = encodeCreate({ xid: 1, path, data: this.#data, flags: CreateFlags.ephemeral });
    await new Promise<void>((resolve, reject) => {
      let replies = 0;
      connection.onLost = (reason) => reject(new Error(reason));
      connection.onFrames = (frames) => {
        replies += frames;
        if (replies === 1) connection.send(closeFrame);
        else resolve();
      };
      connection.send(create);
    });
    connection.destroy();
    if (connection.errors > 0) throw new Error(`A request got error ${connection.firstError}.`);
  }
}

export const runSessionChurn = async (job: SessionChurnJob): Promise<SessionChurnResult> => {
  const workers = Array.from({ length: job.workers }, (_, index) => new ChurnWorker(job, index));
  const completed = (): number => workers.reduce((sum, worker) => sum + worker.completed, 0);
  const runs = Promise.all(workers.map((worker) => worker.run()));
  const measure = async (): Promise<SessionChurnResult> => {
    await delay(job.warmUpMs);
    const before = completed();
    const ownBefore = process.cpuUsage();
    const startedAt = performance.now();
    await delay(job.measureMs);
    const seconds = (performance.now() - startedAt) / 1000;
    const own = process.cpuUsage(ownBefore);
    return {
      sessionsPerSecond: (completed() - before) / seconds,
      loadCpuShare: (own.user + own.system) / 1e6 / seconds,
    };
  };
  // A worker that fails ends the race at once; otherwise workers only end when told to.
  const result = await Promise.race([measure(), runs]);
  for (const worker of workers) worker.stop();
  await runs;
  if (Array.isArray(result)) throw new Error('The workers ended by themselves.');
  return result as SessionChurnResult;
};
