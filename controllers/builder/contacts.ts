import { isDeepStrictEqual } from 'node:util';
import { isRuntimeError, RuntimeError } from '../../runtime/errors.ts';
import type { Builder, BuilderEndpoint, BuilderFacts, Builders, PruneOptions } from '../../runtime/ports/builders.ts';
import type { Clock, Key } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { Waker } from '../engine/waker.ts';
import { usageOf, type CacheUsage } from './cache-usage.ts';
import { inTime } from './in-time.ts';

export type ContactState =
  | { readonly type: 'asking' }
  | { readonly type: 'up'; readonly facts: BuilderFacts; readonly cache: CacheUsage | undefined }
  /** `since`: when it was first found to be away, in a row. */
  | { readonly type: 'down'; readonly error: RuntimeError; readonly since: number };

/** How long a builder may take to say who it is. */
const ANSWER_MS = 5000;
/** A connection that lives answers by itself; one that was lost is found out by this. */
const LOOK_MS = 2000;
/** Whoever is away is looked for after growing delays. */
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 2000;
/** The cache is measured after builds, though not more often than this, and else now and then. */
const BUSY_USAGE_MS = 60_000;
const IDLE_USAGE_MS = 600_000;
/** It takes a while where the cache is large. */
const USAGE_MS = 60_000;

export interface ContactDeps {
  readonly builders: Builders;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** One builder that is looked after, apart from reconciling: one that hangs keeps no other waiting. */
export class Contact implements Disposable {
  readonly endpoint: BuilderEndpoint;
  state: ContactState = { type: 'asking' };
  readonly #deps: ContactDeps;
  readonly #builder: Builder;
  readonly #changed: () => void;
  readonly #closed = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  #timer: Disposable | undefined;
  #retryMs = FIRST_RETRY_MS;
  #measured = -Infinity;
  #worked = false;

  constructor(endpoint: BuilderEndpoint, deps: ContactDeps, changed: () => void) {
    this.endpoint = endpoint;
    this.#deps = deps;
    this.#changed = changed;
    this.#builder = deps.builders.open(endpoint);
    void this.#look();
  }

  /** Resolves when it has answered once, or has not. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Something was built: its cache is another one. */
  worked(): void {
    this.#worked = true;
  }

  async prune(
    options: PruneOptions,
    signal: AbortSignal,
  ): Promise<{ readonly records: number; readonly bytes: number }> {
    const pruned = await this.#builder.prune(options, signal);
    await this.#measure();
    return pruned;
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#timer?.[Symbol.dispose]();
    this.#builder[Symbol.dispose]();
    this.#first.resolve();
  }

  async #look(): Promise<void> {
    const before = this.state;
    const { signal } = this.#closed;
    try {
      const facts = await inTime(this.#deps.timers, ANSWER_MS, signal, (within) => this.#builder.facts(within));
      this.#retryMs = FIRST_RETRY_MS;
      const cache = before.type === 'up' ? before.cache : undefined;
      if (before.type !== 'up' || !isDeepStrictEqual(before.facts, facts)) this.state = { type: 'up', facts, cache };
      if (before.type !== 'up') this.#measured = -Infinity;
    } catch (error) {
      this.#fail(error, before);
    }
    if (signal.aborted) return;
    this.#again();
    this.#first.resolve();
    if (!same(before, this.state)) this.#changed();
    if (this.state.type === 'up' && this.#isMeasureDue()) await this.#measure();
  }

  #fail(error: unknown, before: ContactState): void {
    const known = isRuntimeError(error) ? error : new RuntimeError('Internal', String(error), { cause: error });
    const since = before.type === 'down' ? before.since : this.#deps.clock.now();
    this.state = { type: 'down', error: known, since };
  }

  #again(): void {
    const delay = this.state.type === 'up' ? LOOK_MS : this.#retryMs;
    if (this.state.type !== 'up') this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
    this.#timer = this.#deps.timers.after(delay, () => void this.#look());
  }

  #isMeasureDue(): boolean {
    return this.#deps.clock.now() - this.#measured >= (this.#worked ? BUSY_USAGE_MS : IDLE_USAGE_MS);
  }

  /** Whoever cannot tell is not away for it: it is asked again when it is due again. */
  async #measure(): Promise<void> {
    this.#measured = this.#deps.clock.now();
    this.#worked = false;
    const { timers } = this.#deps;
    const records = await inTime(timers, USAGE_MS, this.#closed.signal, (within) => this.#builder.usage(within)).catch(
      () => undefined,
    );
    if (records === undefined || this.state.type !== 'up' || this.#closed.signal.aborted) return;
    const cache = usageOf(records);
    const before = this.state.cache;
    this.state = { ...this.state, cache };
    if (!isDeepStrictEqual(before, cache)) this.#changed();
  }
}

/** Whether there is nothing new to say of it. */
function same(a: ContactState, b: ContactState): boolean {
  if (a.type === 'down' && b.type === 'down')
    return a.error.code === b.error.code && a.error.message === b.error.message;
  return a === b;
}

/** Every builder that an object stands for, by the object's key. What is here can be lost: it is asked again. */
export class Contacts {
  readonly #contacts = new Map<Key, Contact>();
  readonly #deps: ContactDeps;

  constructor(deps: ContactDeps) {
    this.#deps = deps;
  }

  /** Wakes a Builder when what is known of it has changed. Disposing closes all connections. */
  readonly source = new Waker(() => {
    for (const key of this.#contacts.keys()) this.drop(key);
  });

  /** The contact at this endpoint; another one of the key is given up. */
  at(key: Key, endpoint: BuilderEndpoint): Contact {
    const present = this.#contacts.get(key);
    if (present !== undefined && isDeepStrictEqual(present.endpoint, endpoint)) return present;
    present?.[Symbol.dispose]();
    const contact = new Contact(endpoint, this.#deps, () => this.source.wake(key));
    this.#contacts.set(key, contact);
    return contact;
  }

  drop(key: Key): void {
    this.#contacts.get(key)?.[Symbol.dispose]();
    this.#contacts.delete(key);
  }
}
