import type { Lease } from '../../schemas/gen/types.ts';

/** Seconds that a holder has when its Lease does not say, or is not there (yet, or any more). */
export const DEFAULT_LEASE_SECONDS = 15;

/** Beyond it, a delay would be no number of milliseconds that timers and clocks can add. */
const LONGEST_SECONDS = 10_000_000_000;

interface Sign {
  readonly uid: string;
  /** What the Lease said. */
  readonly lease: string;
  /** When it began to say so, as we have seen it; milliseconds on a clock that only ever goes on. */
  readonly since: number;
}

/**
 * When the holders of Leases were seen alive last. The times that Leases carry are those of other clocks, which may jump: as in
 * Kubernetes' own elections, a Lease is alive for its duration after it was seen to change. Whoever has just begun to look has seen nobody
 * yet, so a new daemon gives everybody the whole time once more.
 */
export class SignsOfLife {
  readonly #seen = new Map<string, Sign>();
  readonly #now: () => number;

  /** `now`: milliseconds on a clock that nobody sets. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds until the time of a namespace is over, counted from the last change of its Lease; 0 or less: it is. */
  look(namespace: string, uid: string, lease: Lease | undefined): number {
    const said = lease === undefined ? '' : `${lease.metadata.uid} ${JSON.stringify(lease.spec ?? {})}`;
    const before = this.#seen.get(namespace);
    const sign = before?.uid === uid && before.lease === said ? before : { uid, lease: said, since: this.#now() };
    this.#seen.set(namespace, sign);
    return sign.since + secondsOf(lease) * 1000 - this.#now();
  }

  forget(namespace: string): void {
    this.#seen.delete(namespace);
  }
}

const secondsOf = (lease: Lease | undefined): number =>
  Math.min(LONGEST_SECONDS, lease?.spec?.leaseDurationSeconds ?? DEFAULT_LEASE_SECONDS);
