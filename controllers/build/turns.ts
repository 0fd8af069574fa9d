import type { Key } from '../engine/contract.ts';
import { Waker } from '../engine/waker.ts';

/** What a Build asks for before it is built. */
export interface TurnRequest {
  /** Name of the Builder. */
  readonly builder: string;
  /** Builds that it takes at once. */
  readonly limit: number;
  /** What goes in: two Builds of one key are never built at once, the second finds every step done. */
  readonly buildKey: string;
}

export type Turn =
  /** Disposing it gives the place back. */
  { readonly type: 'granted'; readonly place: Disposable } | { readonly type: 'queued'; readonly message: string };

interface Holder extends TurnRequest {
  readonly key: Key;
}

/**
 * Places on builders, given in the order in which they were asked for. Whoever is in line asks again when woken; who has other plans by
 * then must leave it. One that waits for another Build of its key lets those behind it pass.
 */
export class Turns {
  readonly #held = new Set<Holder>();
  readonly #line = new Map<Key, TurnRequest>();

  readonly source = new Waker();

  ask(key: Key, request: TurnRequest): Turn {
    const before = this.#line.get(key);
    // Another Builder has another line; another key keeps its place in this one.
    if (before !== undefined && before.builder !== request.builder) this.leave(key);
    this.#line.set(key, request);
    const blocker = this.#blocker(key, request);
    if (blocker !== undefined) return { type: 'queued', message: blocker };
    this.#line.delete(key);
    const holder: Holder = { key, ...request };
    this.#held.add(holder);
    const back = (): void => {
      if (this.#held.delete(holder)) this.#wake(request);
    };
    return { type: 'granted', place: { [Symbol.dispose]: back } };
  }

  /** No longer in line. */
  leave(key: Key): void {
    const request = this.#line.get(key);
    if (request === undefined) return;
    this.#line.delete(key);
    this.#wake(request);
  }

  /** Why it has to wait; undefined when it is its turn. */
  #blocker(key: Key, { builder, limit, buildKey }: TurnRequest): string | undefined {
    const same = this.#sameKey(buildKey);
    if (same !== undefined) return `Build ${same.key} is building the same`;
    const busy = [...this.#held].filter((holder) => holder.builder === builder).length;
    let free = limit - busy;
    let ahead = 0;
    for (const [other, request] of this.#line) {
      if (other === key) break;
      if (request.builder !== builder || this.#sameKey(request.buildKey) !== undefined) continue;
      free -= 1;
      ahead += 1;
    }
    if (free > 0) return undefined;
    return `Builder ${builder} is at ${busy} of ${limit} builds${ahead === 0 ? '' : `, and ${ahead} others wait before it`}`;
  }

  #sameKey(buildKey: string): Holder | undefined {
    return [...this.#held].find((holder) => holder.buildKey === buildKey);
  }

  #wake({ builder, buildKey }: TurnRequest): void {
    for (const [key, request] of this.#line) {
      if (request.builder === builder || request.buildKey === buildKey) this.source.wake(key);
    }
  }
}
