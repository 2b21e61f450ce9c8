// The load generator: a process of its own, so that its work never shares a thread with the
// server's or with the bench that measures. It runs one job at a time, as told over IPC.

import { runClosedLoop } from './closed-loop.ts';
import { runFault } from './fault.ts';
import { runFill, runRewrite } from './fill.ts';
import { runIdleSessions } from './idle-sessions.ts';
import type { FromLoadProcess, Job, JobResults, ToLoadProcess } from './job.ts';
import { runOpenLoop } from './open-loop.ts';
import { prepare } from './prepare.ts';
import { Prober } from './prober.ts';
import { runSessionChurn } from './session-churn.ts';
import { runWatchFanOut } from './watch-fan-out.ts';

let prober: Prober | undefined;

const tell = (message: FromLoadProcess): void => {
  process.send?.(message);
};

const runJob = (job: Job): Promise<JobResults[keyof JobResults]> => {
  switch (job.kind) {
    case 'prepare':
      return prepare(job.port);
    case 'closed-loop':
      return runClosedLoop(job);
    case 'fill':
      return runFill(job);
    case 'rewrite':
      return runRewrite(job);
    case 'watch-fan-out':
      return runWatchFanOut(job);
    case 'session-churn':
      return runSessionChurn(job);
    case 'idle-sessions':
      return runIdleSessions(job);
    case 'open-loop':
      return runOpenLoop(job);
    case 'fault':
      return runFault(job);
    case 'probe':
      prober = new Prober(job);
      return prober.run();
  }
};

process.on('message', (message: ToLoadProcess) => {
  if (message.kind === 'phase') prober?.enterPhase(message.name);
  else if (message.kind === 'end') prober?.end();
  else {
    runJob(message.job).then(
      (result) => tell({ kind: 'result', result }),
      (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
    );
  }
});
process.on('disconnect', () => process.exit(0));
tell({ kind: 'started' });
