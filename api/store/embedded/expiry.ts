/** Deletions that failed (disk full) are tried again after this. */
const RETRY_MILLISECONDS = 5_000;

/** `setTimeout` takes no longer delays; a later wake-up just looks again. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * Which keys expire when, by whole seconds, with one timer for all of them. `expire` is called with the keys of all seconds
 * that are over; a key whose deletion did not work comes back through `retry`.
 */
export class Expiry implements Disposable {
  readonly #now: () => number;
  readonly #expire: (keys: readonly string[]) => void;
  readonly #secondOf = new Map<string, number>();
  readonly #keysOf = new Map<number, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #timerSecond = Infinity;
  #disposed = false;

  constructor(now: () => number, expire: (keys: readonly string[]) => void) {
    this.#now = now;
    this.#expire = expire;
  }

  /** Notes the key's newest expiry; 0 forgets it. */
  set(key: string, expiresAt: number): void {
    const former = this.#secondOf.get(key);
    if (former !== undefined) this.#forget(key, former);
    if (expiresAt === 0 || this.#disposed) return;
    const second = Math.ceil(expiresAt / 1000);
    this.#secondOf.set(key, second);
    const keys = this.#keysOf.get(second);
    if (keys) keys.add(key);
    else this.#keysOf.set(second, new Set([key]));
    if (second < this.#timerSecond) this.#arm(second);
  }

  retry(key: string): void {
    if (!this.#secondOf.has(key)) this.set(key, this.#now() + RETRY_MILLISECONDS);
  }

  #forget(key: string, second: number): void {
    this.#secondOf.delete(key);
    const keys = this.#keysOf.get(second);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(second);
  }

  #arm(second: number): void {
    clearTimeout(this.#timer);
    this.#timerSecond = second;
    const delay = Math.min(Math.max(0, second * 1000 - this.#now()), LONGEST_DELAY);
    this.#timer = setTimeout(() => this.#fire(), delay).unref();
  }

  #fire(): void {
    this.#timerSecond = Infinity;
    const now = this.#now();
    const due: string[] = [];
    let next = Infinity;
    for (const [second, keys] of this.#keysOf) {
      if (second * 1000 > now) {
        next = Math.min(next, second);
        continue;
      }
      this.#keysOf.delete(second);
      for (const key of keys) this.#secondOf.delete(key);
      due.push(...keys);
    }
    if (next < Infinity) this.#arm(next);
    if (due.length > 0) this.#expire(due);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#secondOf.clear();
    this.#keysOf.clear();
  }
}
