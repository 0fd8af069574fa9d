/** Work of one key in the order in which it was asked for, one at a time; of different keys side by side. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Rejects as `work` does; what went before is no matter. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
