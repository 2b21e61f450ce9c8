/**
 * The master's computation, in a thread of its own: in that of the session it would keep the pings
 * from being sent, and a busy master would be taken for a dead one.
 */
import { once } from 'node:events';
import { isMainThread, parentPort } from 'node:worker_threads';
import { startThread } from '../frame/thread.ts';
import { type Recommendations, recommend } from './recommendations.ts';

export class Computation implements AsyncDisposable {
  readonly #worker = startThread(import.meta.url);

  /** One at a time. When the signal aborts it rejects; the thread is ended with the whole. */
  async recommend(round: number, users: number, signal: AbortSignal): Promise<Recommendations> {
    this.#worker.postMessage({ round, users });
    const [result] = (await once(this.#worker, 'message', { signal })) as [Recommendations];
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

if (!isMainThread) {
  parentPort?.on('message', ({ round, users }: { round: number; users: number }) => {
    parentPort?.postMessage(recommend(round, users));
  });
}
