import type { Client } from '../../client/client.ts';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Clock, Log, Timers } from './environment.ts';
import { Informer } from './informer.ts';
import { kindKey } from './keys.ts';
import { Mirror } from './mirror.ts';
import { isObjectSource } from './object-view.ts';
import { reflect } from './reflect.ts';

export interface InformersOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
}

/** A use of a shared informer; dispose it when done. The informer stops with its last user. */
export interface InformerLease extends Disposable {
  readonly informer: Informer;
  /** Resolves when the first complete list is in. Stays pending while the server cannot give one. */
  readonly synced: Promise<void>;
}

interface Entry {
  readonly informer: Informer;
  readonly synced: Promise<void>;
  readonly mirror?: Mirror;
  readonly stop: AbortController;
  readonly stopped: Promise<void>;
  users: number;
}

/** One informer a kind for the whole process, started by its first user. */
export class Informers implements AsyncDisposable {
  readonly #options: InformersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  open(kind: KindRef): InformerLease {
    const key = kindKey(kind);
    const entry = this.#entries.get(key) ?? this.#start(kind, key);
    entry.users += 1;
    let released = false;
    return {
      informer: entry.informer,
      synced: entry.synced,
      [Symbol.dispose]: () => {
        if (released) return;
        released = true;
        entry.users -= 1;
        if (entry.users === 0) this.#stop(key, entry);
      },
    };
  }

  /** The informer of a kind that somebody has open. */
  find(kind: KindRef): Informer | undefined {
    return this.#entries.get(kindKey(kind))?.informer;
  }

  /** Shows the answer to a write of our own at once, where the informer lives on list and watch. */
  observe(object: KubeObject): void {
    this.#entries.get(kindKey(object))?.mirror?.observe(object);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [key, entry] of this.#entries) this.#stop(key, entry);
    await Promise.all(this.#stopping);
  }

  #start(kind: KindRef, key: string): Entry {
    const entry = this.#entryOf(kind);
    this.#entries.set(key, entry);
    return entry;
  }

  #entryOf(kind: KindRef): Entry {
    const { client, log } = this.#options;
    const stop = new AbortController();
    const onError = (error: unknown, message: string): void => log.error({ kind: kind.kind, error }, message);
    const view = isObjectSource(client) ? client.objectView(kind) : undefined;
    if (view) {
      const ready = Promise.resolve();
      return { informer: new Informer(kind, view, onError), synced: ready, stop, stopped: ready, users: 0 };
    }
    const mirror = new Mirror();
    const { promise: synced, resolve: listed } = Promise.withResolvers<void>();
    const informer = new Informer(kind, mirror, onError);
    const stopped = reflect(mirror, { ...this.#options, kind, signal: stop.signal, listed });
    return { informer, synced, mirror, stop, stopped, users: 0 };
  }

  #stop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    entry.stop.abort();
    entry.informer[Symbol.dispose]();
    const stopped = entry.stopped.finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
  }
}
