import type { Revision } from '../store.ts';

/** How much history stays readable at least: both hold. */
export interface Retention {
  readonly milliseconds: number;
  readonly revisions: number;
}

/** Kubernetes keeps five minutes; the count helps those who pause on a quiet store. */
export const DEFAULT_RETENTION: Retention = { milliseconds: 5 * 60_000, revisions: 10_000 };

/** How many points in time are remembered over the retention; compaction is late by at most one of them. */
const POINTS = 30;

/**
 * Tells up to which revision history may be forgotten. Remembers which revision stood when; after a start nothing is
 * old enough until the retention has passed once, so history is kept longer, never shorter.
 */
export class RetentionWindow {
  readonly #retention: Retention;
  readonly #points: Point[] = [];

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  /** Notes that `revision` is the newest at `time`; called after each batch. */
  note(time: number, revision: Revision): void {
    const last = this.#points.at(-1);
    if (last && time - last.since < this.#retention.milliseconds / POINTS) {
      last.time = time;
      last.revision = revision;
    } else this.#points.push({ since: time, time, revision });
  }

  /** The revision to compact to, when that frees enough to be worth it. */
  due(time: number, current: Revision, compacted: Revision): Revision | undefined {
    const { milliseconds, revisions } = this.#retention;
    const old = this.#points.findLastIndex((point) => point.time <= time - milliseconds);
    if (old < 0) return undefined;
    const target = Math.min(this.#points[old]!.revision, current - revisions);
    if (old > 0) this.#points.splice(0, old);
    return target - compacted >= Math.max(1, revisions / 10) ? target : undefined;
  }
}

/** The newest revision at a time, moved along until a share of the retention has passed. */
interface Point {
  readonly since: number;
  time: number;
  revision: Revision;
}
