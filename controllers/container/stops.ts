/** A process that was asked to stop. */
export interface Stop {
  readonly id: string;
  /** When it was asked, in milliseconds. */
  readonly since: number;
  /** When it was last killed without asking, if it was. */
  readonly killedAt?: number;
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

  delete(uid: string): void {
    this.#stops.delete(uid);
  }
}
