export interface BucketClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** So many calls at once are taken, and then one a second: a burst of pushes is heard, and a flood costs nothing. */
const BURST = 30;
const EACH_MS = 1000;

export class TokenBucket {
  readonly #clock: BucketClock;
  #tokens = BURST;
  #at: number;

  constructor(clock: BucketClock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** Whether one more call may come in now. */
  take(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(BURST, this.#tokens + Math.max(0, now - this.#at) / EACH_MS);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
