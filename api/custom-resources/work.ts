/** How often a failing piece of work is tried: soon, then ever more seldom. Milliseconds. */
const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;

/** Pieces of work that run at once. */
const PARALLEL = 8;

export interface WorkOptions {
  /** Does what is to be done for a key. A rejection means: try again later. */
  readonly run: (key: string) => Promise<void>;
  readonly onError: (key: string, error: unknown) => void;
}

/** Work by key: one run a key at a time, again when the key was added meanwhile, and again later when it failed. */
export class Work implements AsyncDisposable {
  readonly #options: WorkOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#waiting.add(key);
    queueMicrotask(() => this.#next());
  }

  /** Resolves when nothing runs any more; what waits is forgotten. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= PARALLEL) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.run(key);
      this.#failures.delete(key);
    } catch (error) {
      if (!this.#stopped) this.#failed(key, error);
    } finally {
      this.#running.delete(key);
      this.#next();
    }
  }

  #failed(key: string, error: unknown): void {
    this.#options.onError(key, error);
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = Math.min(FIRST_RETRY * 2 ** failures, LAST_RETRY);
    this.#timers.set(key, setTimeout(() => this.add(key), delay).unref());
  }
}
