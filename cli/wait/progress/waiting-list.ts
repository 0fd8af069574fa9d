/** All that is waited for, and how far it is. */
import type { Work } from './work.ts';

/** One object; the same one is the same entry. */
export interface Waiting {
  /** Tells it from all others. */
  readonly key: string;
  /** `container/web`. */
  readonly short: string;
  /** `container.tsmoby.dev/web`. */
  readonly shown: string;
  readonly work: Work;
  /** When it began with what it does, in milliseconds. */
  readonly since: number;
  /** Of what is fetched, while that is known. */
  readonly bytesPerSecond?: number;
}

/** A rate is that of so much of the past. */
const WINDOW_MS = 5000;
/** Two numbers that are closer together say nothing. */
const LEAST_MS = 500;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

export class WaitingList {
  readonly #entries = new Map<string, Waiting>();
  readonly #samples = new Map<string, Sample[]>();
  #met = 0;

  /** Those that are not done, in the order in which they were added. */
  get open(): readonly Waiting[] {
    return [...this.#entries.values()];
  }

  get met(): number {
    return this.#met;
  }

  get total(): number {
    return this.#met + this.#entries.size;
  }

  add(key: string, names: Pick<Waiting, 'short' | 'shown'>, work: Work, now: number): void {
    this.#entries.set(key, { key, ...names, work, since: now });
  }

  /** What is not waited for is passed over. */
  update(key: string, work: Work, now: number): void {
    const before = this.#entries.get(key);
    if (before === undefined) return;
    const since = before.work.state === work.state ? before.since : now;
    const rate = this.#rate(key, work, now);
    const { short, shown } = before;
    this.#entries.set(key, { key, short, shown, work, since, ...(rate === undefined ? {} : { bytesPerSecond: rate }) });
  }

  done(key: string): void {
    if (this.#entries.delete(key)) this.#met += 1;
  }

  clear(): void {
    this.#entries.clear();
    this.#samples.clear();
    this.#met = 0;
  }

  #rate(key: string, { share }: Work, now: number): number | undefined {
    if (share?.unit !== 'bytes') {
      this.#samples.delete(key);
      return undefined;
    }
    const known = (this.#samples.get(key) ?? []).filter(
      ({ at, bytes }) => now - at <= WINDOW_MS && bytes <= share.done,
    );
    const all = [...known, { at: now, bytes: share.done }];
    this.#samples.set(key, all);
    const [first] = all;
    if (first === undefined || now - first.at < LEAST_MS) return undefined;
    return ((share.done - first.bytes) * 1000) / (now - first.at);
  }
}
