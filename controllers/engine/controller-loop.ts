import type { Client } from '../../client/client.ts';
import type { KindRef } from '../../schemas/object.ts';
import type { AnyController, Reader, WatchedKind } from './contract.ts';
import type { Clock, Log, Timers } from './environment.ts';
import type { EventRecorder } from './events.ts';
import type { IndexFunction, Informer } from './informer.ts';
import type { Informers, InformerLease } from './informers.ts';
import { keyOf, kindKey, type Key } from './keys.ts';
import type { ControllerStats, EngineMetrics } from './metrics.ts';
import type { ObjectChange } from './object-view.ts';
import { Pass } from './pass.ts';
import { WorkQueue } from './queue.ts';
import { createReader, indexName } from './reader.ts';
import { reconcileObject, type GenericController, type ReconcileDeps } from './reconcile-object.ts';
import { startSource } from './start-source.ts';

const DEFAULT_CONCURRENCY = 4;
/** After a mapping function failed, all keys are looked at; not at once, since it may fail on each change. */
const AFTER_BROKEN_MAP_MS = 1000;

export interface ControllerLoopOptions {
  readonly controller: AnyController;
  readonly client: Client;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: EngineMetrics;
  /** No more writes: the manager has given up waiting. */
  readonly hardStop: AbortSignal;
}

/** Runs one controller: fills its caches, turns changes into keys, and works on the keys. */
export class ControllerLoop {
  readonly #options: ControllerLoopOptions;
  readonly #controller: GenericController;
  readonly #queue: WorkQueue;
  readonly #passes = new Map<Key, Pass>();
  /** Keys of the start, until their first pass ends. */
  readonly #unseen = new Set<Key>();
  readonly #leases = new Map<string, InformerLease>();
  readonly #informers = new Map<string, Informer>();
  readonly #deps: ReconcileDeps;
  readonly #held = new DisposableStack();
  #state: ControllerStats['state'] = 'waiting';
  #passCount = 0;

  constructor(options: ControllerLoopOptions) {
    this.#options = options;
    this.#controller = options.controller as unknown as GenericController;
    this.#queue = new WorkQueue({
      ...options,
      concurrency: this.#controller.concurrency ?? DEFAULT_CONCURRENCY,
      handle: (key) => this.#reconcile(key),
    });
    this.#deps = {
      ...options,
      controller: this.#controller,
      reader: createReader(this.#controller.name, this.#informers),
      queue: this.#queue,
      observe: (object) => options.informers.observe(object),
    };
  }

  get stats(): ControllerStats {
    return {
      controller: this.#controller.name,
      state: this.#state,
      unseen: this.#unseen.size,
      ...this.#queue.stats,
    };
  }

  /** What the controller reads, once it runs. */
  get reader(): Reader {
    return this.#deps.reader;
  }

  /** Resolves when the controller runs, or `signal` aborted before that. */
  async start(signal: AbortSignal): Promise<void> {
    const { kind, indexes, watches = [] } = this.#controller;
    this.#open(kind);
    for (const watch of watches) this.#open(watch.kind);
    await untilAborted(Promise.all([...this.#leases.values()].map((lease) => lease.synced)), signal);
    if (signal.aborted) return;
    await this.#addIndexes(kind, indexes, signal);
    for (const watch of watches) await this.#addIndexes(watch.kind, watch.indexes, signal);
    if (!signal.aborted) this.#run();
  }

  /** Aborts what runs. Resolves when it has ended; whatever it wakes meanwhile is forgotten. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    const drained = this.#queue.stop();
    for (const pass of this.#passes.values()) pass.abort();
    await drained;
    this.#held.dispose();
  }

  #run(): void {
    const { timers, log, informers } = this.#options;
    const { name, watches = [], sources = [] } = this.#controller;
    const own = this.#informer(this.#controller.kind);
    const { reader } = this.#deps;
    this.#held.use(own.subscribe((change) => this.#ownChanged(change)));
    for (const watch of watches) {
      this.#held.use(this.#informer(watch.kind).subscribe((change) => this.#watchedChanged(watch, change)));
    }
    const enqueue = (key: Key): void => this.#queue.add(key);
    for (const source of sources) {
      this.#held.use(startSource(source, { controller: name, reader, informers, timers, log, enqueue }));
    }
    for (const key of own.keys()) {
      this.#unseen.add(key);
      this.#queue.add(key);
    }
    this.#state = 'running';
    this.#queue.start();
  }

  #open(kind: KindRef): void {
    const key = kindKey(kind);
    if (this.#leases.has(key)) return;
    const lease = this.#held.use(this.#options.informers.open(kind));
    this.#leases.set(key, lease);
    this.#informers.set(key, lease.informer);
  }

  async #addIndexes(
    kind: KindRef,
    indexes: Readonly<Record<string, IndexFunction>> | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (const [name, values] of Object.entries(indexes ?? {})) {
      await this.#informer(kind).addIndex(indexName(this.#controller.name, name), values, signal);
    }
  }

  #informer(kind: KindRef): Informer {
    const informer = this.#informers.get(kindKey(kind));
    if (!informer) throw new Error(`controller "${this.#controller.name}" has no cache of ${kind.kind}`);
    return informer;
  }

  #ownChanged(change: ObjectChange): void {
    const key = keyOf(change.object);
    const pass = this.#passes.get(key);
    if (pass) pass.saw(change);
    else this.#queue.add(key);
  }

  #watchedChanged(watch: WatchedKind, { object, previous }: ObjectChange): void {
    try {
      for (const key of watch.map(object, this.#deps.reader, previous)) this.#queue.add(key);
    } catch (error) {
      this.#options.log.error({ controller: this.#controller.name, kind: watch.kind.kind, error }, 'a mapping failed');
      for (const key of this.#informer(this.#controller.kind).keys()) this.#queue.addAfter(key, AFTER_BROKEN_MAP_MS);
    }
  }

  async #reconcile(key: Key): Promise<void> {
    const object = this.#informer(this.#controller.kind).get(key);
    if (!object) {
      this.#unseen.delete(key);
      this.#queue.forget(key);
      return;
    }
    const { name } = this.#controller;
    const started = performance.now();
    const pass = new Pass(object);
    this.#passes.set(key, pass);
    this.#passCount += 1;
    try {
      const outcome = await reconcileObject(key, object, pass, `${name}-${this.#passCount}`, this.#deps);
      if (outcome) this.#options.metrics.reconciled(name, outcome.type, (performance.now() - started) / 1000);
    } finally {
      this.#passes.delete(key);
      this.#unseen.delete(key);
      if (pass.changedMeanwhile) this.#queue.add(key);
    }
  }
}

/** Resolves with `work`, or when `signal` aborts. */
async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([work, aborted]);
  signal.removeEventListener('abort', onAbort);
}
