import { backoffMs, LONGEST_BACKOFF_MS } from './backoff.ts';
import type { Clock, Key } from './contract.ts';
import { Waker } from './waker.ts';

/** What is known of a question. */
export type Look<T> =
  /** Not answered yet. */
  | { readonly type: 'pending' }
  /** The last answer counts, also while it is asked again, and when that failed (`trouble`). */
  | { readonly type: 'known'; readonly value: T; readonly trouble?: unknown; readonly dueInMs?: number }
  /** It never had an answer. */
  | { readonly type: 'failed'; readonly error: unknown; readonly dueInMs: number };

/** Finds the answer; `signal` aborts when nobody wants it any more. */
export type LookWork<T> = (signal: AbortSignal) => Promise<T>;

interface Entry<T> {
  readonly question: string;
  readonly abort: AbortController;
  answer?: { readonly value: T };
  error?: { readonly cause: unknown; readonly retryAt: number };
  failures: number;
  /** When it was last answered, or begun to be known. */
  at: number;
  running: boolean;
  /** Somebody says that the answer may be another one by now. */
  doubted: boolean;
}

/**
 * Questions whose answers take time (the files of a context, the digests of base images), asked beside the reconciler, one at a time for
 * an object. A question is asked when it is a new one, when somebody doubts the answer, and after an interval; the object is woken when
 * there is an answer. All of it can be lost: then it is asked again.
 */
export class Looks<T> {
  readonly #entries = new Map<Key, Entry<T>>();
  /** What is being found out for an object; also for what nobody asks any more. */
  readonly #underWay = new Map<Key, Promise<void>>();
  readonly #clock: Clock;
  readonly #isFinal: (error: unknown) => boolean;

  /** `isFinal`: the same question would be answered by the same failure, and asking costs much; so it is asked again only when somebody doubts it. */
  constructor(clock: Clock, isFinal: (error: unknown) => boolean = () => false) {
    this.#clock = clock;
    this.#isFinal = isFinal;
  }

  /** Disposing it ends whatever is under way. */
  readonly source = new Waker(() => {
    for (const { abort } of this.#entries.values()) abort.abort();
    this.#entries.clear();
  });

  /** `intervalMs`: how old an answer may become; 0: it does not age. */
  look(key: Key, question: string, intervalMs: number, work: LookWork<T>): Look<T> {
    const entry = this.#entryOf(key, question);
    if (!entry.running && this.#dueAt(entry, intervalMs) <= this.#clock.now()) this.#ask(key, entry, work);
    return this.#state(entry, intervalMs);
  }

  /** What is known, without asking; undefined when nothing was ever asked for the object. */
  peek(key: Key): Look<T> | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#state(entry, 0);
  }

  /** Takes an answer that was found in former times, so that it is asked only after the interval. */
  assume(key: Key, question: string, value: T): void {
    const entry = this.#entryOf(key, question);
    if (entry.answer !== undefined || entry.running) return;
    entry.answer = { value };
    entry.at = this.#clock.now();
  }

  /** Whether anything was asked for this object yet. */
  hasAsked(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** The answer may be another one by now: the next look asks again. */
  doubt(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.doubted = true;
  }

  drop(key: Key): void {
    this.#entries.get(key)?.abort.abort();
    this.#entries.delete(key);
  }

  /** Drops it; resolves when nothing of it is under way any more. */
  async cancel(key: Key): Promise<void> {
    this.drop(key);
    await this.#underWay.get(key);
  }

  #entryOf(key: Key, question: string): Entry<T> {
    const before = this.#entries.get(key);
    if (before?.question === question) return before;
    before?.abort.abort();
    const abort = new AbortController();
    const entry: Entry<T> = { question, abort, failures: 0, at: -Infinity, running: false, doubted: false };
    this.#entries.set(key, entry);
    return entry;
  }

  #dueAt({ answer, error, at, doubted }: Entry<T>, intervalMs: number): number {
    if (doubted) return -Infinity;
    const inTurn = intervalMs > 0 ? at + intervalMs : Infinity;
    // What fails is asked no less often than what does not, but for what would only fail again.
    if (error !== undefined) return error.retryAt === Infinity ? Infinity : Math.min(error.retryAt, inTurn);
    return answer === undefined ? -Infinity : inTurn;
  }

  #ask(key: Key, entry: Entry<T>, work: LookWork<T>): void {
    entry.running = true;
    entry.doubted = false;
    const run = this.#run(key, entry, work, this.#underWay.get(key)).finally(() => {
      if (this.#underWay.get(key) === run) this.#underWay.delete(key);
    });
    this.#underWay.set(key, run);
  }

  async #run(key: Key, entry: Entry<T>, work: LookWork<T>, before: Promise<void> | undefined): Promise<void> {
    const { signal } = entry.abort;
    if (before !== undefined) await before;
    try {
      signal.throwIfAborted();
      entry.answer = { value: await work(signal) };
      entry.failures = 0;
      delete entry.error;
    } catch (cause) {
      const backoff = backoffMs(entry.failures + 1);
      const delay = this.#isFinal(cause) ? Infinity : backoff;
      entry.failures += 1;
      entry.error = { cause, retryAt: this.#clock.now() + delay };
    }
    entry.at = this.#clock.now();
    entry.running = false;
    if (!signal.aborted) this.source.wake(key);
  }

  #state(entry: Entry<T>, intervalMs: number): Look<T> {
    const { answer, error, running } = entry;
    const dueInMs = Math.max(1, this.#dueAt(entry, intervalMs) - this.#clock.now());
    // While it is asked, the answer itself wakes the object.
    const due = running || dueInMs === Infinity ? {} : { dueInMs };
    if (answer !== undefined) {
      return { type: 'known', value: answer.value, ...(error && { trouble: error.cause }), ...due };
    }
    if (error === undefined) return { type: 'pending' };
    return { type: 'failed', error: error.cause, dueInMs: due.dueInMs ?? LONGEST_BACKOFF_MS };
  }
}
