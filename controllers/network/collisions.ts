import type { EventSource } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { objectKey, type Key } from '../engine/keys.ts';
import type { Claims } from './claims.ts';
import type { MachineRanges } from './machine-ranges.ts';

/** Nothing tells of new routes. */
const INTERVAL_MS = 60_000;

export interface CollisionOptions {
  readonly machine: MachineRanges;
  readonly claims: Claims;
  readonly timers: Timers;
}

/** Looks at the machine once for all networks, and wakes those that it concerns. */
export function collisions(options: CollisionOptions): EventSource {
  return { start: (enqueue) => new Look(options, enqueue) };
}

class Look implements Disposable {
  readonly #options: CollisionOptions;
  readonly #enqueue: (key: Key) => void;
  #timer: Disposable;
  #disposed = false;

  constructor(options: CollisionOptions, enqueue: (key: Key) => void) {
    this.#options = options;
    this.#enqueue = enqueue;
    this.#timer = this.#later();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer[Symbol.dispose]();
  }

  #later(): Disposable {
    return this.#options.timers.after(INTERVAL_MS, () => {
      void this.#look().finally(() => {
        if (!this.#disposed) this.#timer = this.#later();
      });
    });
  }

  async #look(): Promise<void> {
    const { machine, claims } = this.#options;
    // Whoever needs to know that it cannot be told hears of it in its own pass.
    await machine.look().catch(() => undefined);
    if (this.#disposed) return;
    for (const { namespace, name } of claims.over([...machine.known].map(([range]) => range))) {
      this.#enqueue(objectKey(namespace, name));
    }
  }
}
