import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Networks } from '../../runtime/ports/networks.ts';
import type { Container } from '../../schemas/gen/types.ts';
import type { EventSource, Key, Reader } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
/** Nothing tells that somebody deleted a bridge, a rule or a forwarding. */
const INTERVAL_MS = 60_000;

export interface NetworkRepairOptions {
  readonly networks: Networks;
  readonly events: RuntimeEvents;
  readonly timers: Timers;
}

/**
 * Has the machine's networks mended, at each connection of the runtime and every minute, once for all; and wakes the Containers whose interfaces
 * were lost. Needs the index `uid`.
 */
export function networkRepairs(options: NetworkRepairOptions): EventSource {
  return { start: (enqueue, reader) => new Repairs(options, enqueue, reader) };
}

class Repairs implements Disposable {
  readonly #options: NetworkRepairOptions;
  readonly #enqueue: (key: Key) => void;
  readonly #reader: Reader;
  readonly #subscription: Disposable;
  #timer: Disposable | undefined;
  #running: Promise<void> | undefined;
  #disposed = false;

  constructor(options: NetworkRepairOptions, enqueue: (key: Key) => void, reader: Reader) {
    this.#options = options;
    this.#enqueue = enqueue;
    this.#reader = reader;
    this.#later();
    this.#subscription = options.events.subscribe(({ type }) => {
      if (type === 'connected') void this.#repair();
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer?.[Symbol.dispose]();
    this.#subscription[Symbol.dispose]();
  }

  #later(): void {
    if (!this.#disposed) this.#timer = this.#options.timers.after(INTERVAL_MS, () => void this.#repairAndGoOn());
  }

  async #repairAndGoOn(): Promise<void> {
    await this.#repair();
    this.#later();
  }

  /** One at a time. */
  async #repair(): Promise<void> {
    this.#running ??= this.#wakeTheLost().finally(() => (this.#running = undefined));
    await this.#running;
  }

  async #wakeTheLost(): Promise<void> {
    // Who needs a network that cannot be mended hears why when its sandbox is ensured.
    const lost = await this.#options.networks.repair().catch(() => []);
    if (this.#disposed) return;
    for (const uid of new Set(lost.map(ownerOf))) {
      const query = { index: { name: 'uid', value: uid } };
      this.#reader.list<Container>(CONTAINER, query).map(keyOf).forEach(this.#enqueue);
    }
  }
}

/** Sandboxes are named `<uid>.<generation>`. */
const ownerOf = (sandbox: string): string => sandbox.replace(/\.\d+$/, '');
