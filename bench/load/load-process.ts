// The bench's side of a load process: starts it, gives it jobs, takes the results.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromLoadProcess, Job, JobResults, ToLoadProcess } from './job.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

type ResultOf<J extends Job> = JobResults[J['kind']];

export class LoadProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<LoadProcess> {
    const child = fork(entry, [], { execArgv: ['--import', import.meta.resolve('tsx')] });
    const load = new LoadProcess(child);
    await load.#nextMessage();
    return load;
  }

  async run<J extends Job>(job: J): Promise<ResultOf<J>> {
    this.#tell({ kind: 'run', job });
    const answer = await this.#nextMessage();
    if (answer.kind === 'result') return answer.result as ResultOf<J>;
    const reason = answer.kind === 'failed' ? answer.reason : answer.kind;
    throw new Error(`The load job ${job.kind} failed: ${reason}`);
  }

  /** For a running probe: what comes next is counted under this name. */
  enterPhase(name: string): void {
    this.#tell({ kind: 'phase', name });
  }

  /** Ends a running probe; its `run` then resolves. */
  endJob(): void {
    this.#tell({ kind: 'end' });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.disconnect();
    await ended;
  }

  #tell(message: ToLoadProcess): void {
    this.#child.send(message);
  }

  #nextMessage(): Promise<FromLoadProcess> {
    return new Promise((resolve) => {
      const onExit = (code: number | null): void => {
        this.#child.off('message', onMessage);
        resolve({ kind: 'failed', reason: `the load process ended with ${code}` });
      };
      const onMessage = (message: unknown): void => {
        this.#child.off('exit', onExit);
        resolve(message as FromLoadProcess);
      };
      this.#child.once('message', onMessage);
      this.#child.once('exit', onExit);
    });
  }
}
