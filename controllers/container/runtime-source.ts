import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Container } from '../../schemas/gen/types.ts';
import type { EventSource, Key, Reader } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';
import { ownerOf, type Instances } from './instances.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
/** A runtime that is back this soon was never away, as far as people are concerned. */
const AWAY_MS = 1000;
/** Events may be lost: this often everything is compared with what was last seen, in two or three calls. */
const COMPARE_MS = 60_000;

/** Events of the runtime wake the Container they concern; its coming and going wakes all. */
export function runtimeSource(events: RuntimeEvents, instances: Instances, timers: Timers): EventSource {
  return {
    start(enqueue, reader) {
      const source = new Source({ events, instances, timers, reader, enqueue });
      return source;
    },
  };
}

interface SourceOptions {
  readonly events: RuntimeEvents;
  readonly instances: Instances;
  readonly timers: Timers;
  readonly reader: Reader;
  readonly enqueue: (key: Key) => void;
}

class Source implements Disposable {
  readonly #options: SourceOptions;
  readonly #subscription: Disposable;
  #away: Disposable | undefined;
  #compare: Disposable;
  #disposed = false;

  constructor(options: SourceOptions) {
    this.#options = options;
    const { events, instances } = options;
    this.#compare = this.#compareLater();
    this.#subscription = events.subscribe((event) => {
      switch (event.type) {
        case 'instance':
          // Whoever starts a process of ours is us, and knows.
          if (event.topic !== '/tasks/start') this.#changed(event.id, event.topic);
          return;
        case 'connected':
          this.#away?.[Symbol.dispose]();
          instances.forget();
          this.#wakeAll();
          return;
        case 'disconnected':
          instances.forget();
          this.#away?.[Symbol.dispose]();
          this.#away = options.timers.after(AWAY_MS, () => this.#wakeAll());
          return;
        case 'image':
      }
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#away?.[Symbol.dispose]();
    this.#compare[Symbol.dispose]();
    this.#subscription[Symbol.dispose]();
  }

  #changed(id: string, topic: string): void {
    const { instances, reader, enqueue } = this.#options;
    const keys = keysOf(reader, ownerOf(id));
    // Without an object nobody would ask for it again: the sweeper's business.
    if (keys.length === 0) return;
    if (topic === '/tasks/oom') instances.noteOutOfMemory(id);
    instances.changed(id);
    keys.forEach(enqueue);
  }

  #wakeAll(): void {
    keysOf(this.#options.reader).forEach(this.#options.enqueue);
  }

  #compareLater(): Disposable {
    return this.#options.timers.after(COMPARE_MS, () => {
      void this.#lookForDifferences().finally(() => {
        if (!this.#disposed) this.#compare = this.#compareLater();
      });
    });
  }

  async #lookForDifferences(): Promise<void> {
    const { events, instances, reader, enqueue } = this.#options;
    if (!events.connected) return;
    // A runtime that is away is told of by its events.
    const owners = await instances.differences().catch(() => new Set<string>());
    if (this.#disposed) return;
    for (const uid of owners) keysOf(reader, uid).forEach(enqueue);
  }
}

/** Containers with this uid, or all of them. */
export function keysOf(reader: Reader, uid?: string): readonly Key[] {
  const query = uid === undefined ? {} : { index: { name: 'uid', value: uid } };
  return reader.list<Container>(CONTAINER, query).map(keyOf);
}
