/**
 * EventBuffer: what is pushed at one side is read at the other as an async iterator. It holds a
 * bounded number of items; what happens beyond is its maker's choice.
 */
export interface EventBufferOptions<T> {
  readonly max: number;
  /** The buffer is full: what stands in it from now on. `items` has the newest last. */
  readonly onOverflow: (items: readonly T[]) => T[];
  /** The reader wants no more, or there is no more. Called once. */
  readonly onEnd: () => Promise<void> | void;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

export class EventBuffer<T> implements AsyncIterableIterator<T> {
  readonly #options: EventBufferOptions<T>;
  #items: T[] = [];
  #readers: Reader<T>[] = [];
  #error: { readonly error: unknown } | null = null;
  #isEnded = false;

  constructor(options: EventBufferOptions<T>) {
    this.#options = options;
  }

  push(item: T): void {
    if (this.#isEnded) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ done: false, value: item });
    this.#items.push(item);
    if (this.#items.length > this.#options.max) {
      this.#items = this.#options.onOverflow(this.#items);
    }
  }

  /** No more comes; what is in the buffer can still be read. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const { resolve } of this.#readers.splice(0)) resolve({ done: true, value: undefined });
    void this.#options.onEnd();
  }

  /** The next reading rejects, at once; what is in the buffer is dropped. */
  fail(error: unknown): void {
    if (this.#isEnded) return;
    this.#items = [];
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.reject(error);
    else this.#error = { error };
    this.end();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#error !== null) {
      const { error } = this.#error;
      this.#error = null;
      return Promise.reject(error);
    }
    if (this.#items.length > 0) {
      return Promise.resolve({ done: false, value: this.#items.shift() as T });
    }
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** The reader has enough, as at the end of a `for await` that is left early. */
  async return(): Promise<IteratorResult<T>> {
    this.#items = [];
    this.#error = null;
    if (!this.#isEnded) {
      this.#isEnded = true;
      for (const { resolve } of this.#readers.splice(0)) resolve({ done: true, value: undefined });
      await this.#options.onEnd();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
