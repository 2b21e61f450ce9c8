/** What the files that make calls need of a client. */

import type { Chroot } from '../chroot.ts';
import type { SessionShell } from '../session/session-shell.ts';
import type { CallFacts } from './client-call.ts';
import type { OperationOptions } from './operation-options.ts';
import { type RunDefaults, runCall } from './run-call.ts';

export class ClientContext {
  readonly shell: SessionShell;
  readonly chroot: Chroot;
  readonly defaults: RunDefaults;
  readonly #hasDefaults: boolean;

  constructor(shell: SessionShell, chroot: Chroot, defaults: RunDefaults) {
    this.shell = shell;
    this.chroot = chroot;
    this.defaults = defaults;
    this.#hasDefaults = defaults.isRetrying || defaults.requestTimeoutMs !== undefined;
  }

  /** Sends a request whose arguments have been checked. `isRepeatable`: twice does no harm. */
  run<T>(
    facts: CallFacts,
    options: OperationOptions | undefined,
    isRepeatable: boolean,
  ): Promise<T> {
    if (options === undefined && !this.#hasDefaults) return this.shell.call(facts);
    return runCall(this, facts, { ...options, isRepeatable });
  }
}
