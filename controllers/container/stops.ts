import { ownerOf } from './instances.ts';

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
 * Who was asked to stop, and when, by the id of the instance. Only the time of grace is in here: after a crash of the
 * daemon the process is asked once more, and has its whole time again.
 */
export class Stops {
  readonly #stops = new Map<string, Stop>();

  get(id: string): Stop | undefined {
    return this.#stops.get(id);
  }

  set(stop: Stop): void {
    this.#stops.set(stop.id, stop);
  }

  /** It is not to be stopped any more: its time of grace begins anew when it is asked again. */
  withdraw(id: string): void {
    const stop = this.#stops.get(id);
    if (stop !== undefined) this.#stops.set(id, { ...stop, withdrawn: true });
  }

  delete(id: string): void {
    this.#stops.delete(id);
  }

  /** The object is gone. */
  release(uid: string): void {
    for (const id of this.#stops.keys()) if (ownerOf(id) === uid) this.#stops.delete(id);
  }
}
