/**
 * What ends a shell from outside: a signal, or that nobody reads what it prints any more (`| head`),
 * which is no trouble. The session is closed then, too: its ephemerals go at once.
 */
import { constants } from 'node:os';
import { ToolExit } from '../base/tool-exit.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a terminal that is gone answers with, and a pipe without a reader. */
const GONE: readonly (string | undefined)[] = ['EIO', 'EPIPE'];

export class Ending {
  readonly #controller = new AbortController();
  #exitCode: number = ToolExit.done;

  /** From now on until the process ends. A second signal ends it at once. */
  listen(): void {
    for (const name of SIGNALS) {
      // As shells tell of it.
      process.once(name, () => this.#begin(128 + constants.signals[name]));
    }
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (!GONE.includes(error.code)) throw error;
        this.#begin(ToolExit.done);
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Once the signal is aborted. */
  get exitCode(): number {
    return this.#exitCode;
  }

  #begin(exitCode: number): void {
    if (this.signal.aborted) return;
    this.#exitCode = exitCode;
    this.#controller.abort();
  }
}
