/**
 * The sweeper: removes what no object explains. Finalizers take away what belongs to an object; this is for what is left when
 * one was forced off, a store was restored from a backup, or a crash came between two calls.
 *
 * It touches only things of this store's identity (the adapters list no others), looks at the runtime before it looks at the
 * objects, so that nothing younger than its list can be meant, and stops when more than half of a kind of thing would go: then
 * the store is more likely to be the wrong one than the things.
 */
import { isReason } from '../../client/client.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { InformerLease } from '../engine/informers.ts';
import type { Runnable, RunnableContext } from '../engine/runnable.ts';
import { holdings, type Holding, type LiveObjects, type SweepPorts } from './leftovers.ts';

/** After each connection of the runtime, and then this often. */
const INTERVAL_MS = 600_000;
/** Work that was under way when the daemon came may finish first. */
const SETTLE_MS = 5000;
/** So few may go even when they are all there are. */
const FEW = 3;

export interface SweeperOptions extends SweepPorts {
  readonly events: RuntimeEvents;
}

/** Runs under the manager as user `system:controller:sweeper`. */
export function createSweeper(options: SweeperOptions): Runnable {
  return { name: 'sweeper', start: (context) => new Sweeper(options, context) };
}

class Sweeper implements AsyncDisposable {
  readonly #options: SweeperOptions;
  readonly #context: RunnableContext;
  readonly #leases: Readonly<Record<keyof LiveObjects, InformerLease>>;
  readonly #subscription: Disposable;
  #timer: Disposable | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SweeperOptions, context: RunnableContext) {
    this.#options = options;
    this.#context = context;
    const open = (kind: string): InformerLease => context.informers.open({ apiVersion: 'tsmoby.dev/v1alpha1', kind });
    this.#leases = {
      builds: open('Build'),
      containers: open('Container'),
      images: open('Image'),
      networks: open('Network'),
      volumes: open('Volume'),
    };
    this.#subscription = options.events.subscribe(({ type }) => type === 'connected' && this.#in(SETTLE_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#subscription[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
    for (const lease of Object.values(this.#leases)) lease[Symbol.dispose]();
    await this.#running;
  }

  #in(milliseconds: number): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#stopped) return;
    this.#timer = this.#context.timers.after(milliseconds, () => {
      this.#running = this.#running.then(() => this.#sweep());
    });
  }

  async #sweep(): Promise<void> {
    const { log } = this.#context;
    try {
      await Promise.all(Object.values(this.#leases).map(({ synced }) => synced));
      for (const holding of holdings(this.#options)) {
        if (this.#stopped) return;
        await this.#try(holding.what, () => this.#sweepHolding(holding));
      }
      await this.#try('snapshot or lease', async () => {
        const removed = await this.#options.containers.sweep();
        if (removed.length > 0) log.info({ removed }, 'removed leftovers of the runtime');
      });
    } finally {
      this.#in(INTERVAL_MS);
    }
  }

  /** One thing that cannot be removed, or listed, does not keep the others. */
  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A runtime that is away is told of elsewhere.
      if (!isRuntimeError(error, 'Unavailable'))
        this.#context.log.warn({ what, error }, 'a sweep for leftovers failed');
    }
  }

  async #sweepHolding(holding: Holding): Promise<void> {
    const there = await holding.list();
    const live = this.#live(holding.of);
    const leftovers = there.filter(({ uid }) => !live.has(uid));
    if (leftovers.length === 0) return;
    if (leftovers.length > FEW && leftovers.length * 2 > there.length) {
      return this.#refuse(holding, leftovers.length, there.length);
    }
    const names = leftovers.map(({ name }) => name);
    this.#context.log.info({ what: holding.what, names }, 'removing leftovers that belong to no object');
    for (const name of names) await this.#try(holding.what, () => holding.remove(name));
  }

  #live(kind: keyof LiveObjects): ReadonlySet<string> {
    return new Set(this.#leases[kind].informer.list().map(({ metadata }) => metadata.uid));
  }

  /** Told on the namespace whose uid is the store's identity. */
  async #refuse({ what }: Holding, leftovers: number, all: number): Promise<void> {
    const { client, event, log } = this.#context;
    const message = `${leftovers} of ${all} ${what}s belong to no object of this store, which is too many to be leftovers: nothing was removed. Is this the right data directory?`;
    log.error({ what, leftovers, all }, 'too many leftovers: nothing was removed');
    try {
      const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' };
      event(await client.get<KubeObject>(ref), 'Warning', REASONS.TooManyDifferences, message);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}
