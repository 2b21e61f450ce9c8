/**
 * Refresher: reads again after each event, one read at a time.
 *
 * ZooKeeper's watches fire once and say that something changed, not what it is now. Who keeps a copy
 * reads and sets the next watch with the same request, so that no change is missed; several changes
 * during a read are one further read.
 */
export interface RefresherOptions {
  /** Reads with a watch whose listener calls `poke`. */
  refresh(): Promise<void>;
  /** For what `refresh` throws while it is wanted. Whether it is tried again is decided here, by `poke`. */
  onError(error: unknown): void;
}

export class Refresher {
  readonly #options: RefresherOptions;
  #isRunning = false;
  #isStale = false;
  #isEnded = false;
  #whenFresh: (() => void)[] = [];

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Something may have changed. Resolves when what was read afterwards has been taken up. */
  poke(): Promise<void> {
    this.#isStale = true;
    const fresh = new Promise<void>((resolve) => this.#whenFresh.push(resolve));
    if (!this.#isRunning) void this.#run();
    return fresh;
  }

  /** Nothing is read any more; who waits is let go. */
  end(): void {
    this.#isEnded = true;
    if (!this.#isRunning) this.#letGo();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isStale && !this.#isEnded) {
      this.#isStale = false;
      try {
        await this.#options.refresh();
      } catch (error) {
        if (!this.#isEnded) this.#options.onError(error);
      }
    }
    this.#isRunning = false;
    this.#letGo();
  }

  #letGo(): void {
    const waiting = this.#whenFresh;
    this.#whenFresh = [];
    for (const resolve of waiting) resolve();
  }
}
