/** Changes: waits until something holds, looked at after each change and at no other time. */

export interface WaitOptions {
  /** 10 000 when absent. */
  readonly timeoutMs?: number;
  /** Aborted, the wait rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface Wait extends WaitOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  /** How things stand, for the error. */
  describe(): string;
}

const TIMEOUT_MS = 10_000;

export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  readonly changed = (): void => {
    for (const look of [...this.#waiting]) look();
  };

  /** Resolves with the first value that is not undefined. */
  async until<T>(find: () => T | undefined, wait: Wait): Promise<T> {
    const { timeoutMs = TIMEOUT_MS, signal } = wait;
    signal?.throwIfAborted();
    const found = find();
    if (found !== undefined) return found;
    return new Promise<T>((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const look = () => {
        const value = find();
        if (value === undefined) return;
        end();
        resolve(value);
      };
      const abort = () => {
        end();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${wait.what}: not in ${timeoutMs} ms. ${wait.describe()}`));
      }, timeoutMs);
      this.#waiting.add(look);
      signal?.addEventListener('abort', abort);
    });
  }
}
