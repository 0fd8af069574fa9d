/** A process that was asked to stop. */
export interface Stop {
  readonly id: string;
  /** When its time of grace began, in milliseconds. */
  readonly since: number;
  /** When it was sent the signal: later than `since` when a hook came first. */
  readonly signalledAt?: number;
  /** When it was last killed without asking, if it was. */
  readonly killedAt?: number;
  /** It is wanted again; it may die of the signal all the same. */
  readonly withdrawn?: boolean;
}

/**
 * Who was asked to stop, and when, by the uid of the Container. Only the time of grace is in here: after a crash of the
 * daemon the process is asked once more, and has its whole time again.
 */
export class Stops {
  readonly #stops = new Map<string, Stop>();

  get(uid: string, id: string): Stop | undefined {
    const stop = this.#stops.get(uid);
    return stop?.id === id ? stop : undefined;
  }

  set(uid: string, stop: Stop): void {
    this.#stops.set(uid, stop);
  }

  /** Nothing is to be stopped any more: the time of grace begins anew when it is asked again. */
  withdraw(uid: string): void {
    const stop = this.#stops.get(uid);
    if (stop !== undefined) this.#stops.set(uid, { ...stop, withdrawn: true });
  }

  delete(uid: string): void {
    this.#stops.delete(uid);
  }
}
