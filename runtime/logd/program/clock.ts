/** Wall-clock time with more digits than Date has. */
export interface Clock {
  /** RFC 3339 in UTC with nanoseconds: always 30 ASCII characters. Never earlier than the one before, unless the clock was set back. */
  timestamp(): string;
  /** Milliseconds since the epoch. */
  milliseconds(): number;
}

/** Above this the wall clock was set, or the two clocks have drifted apart: they are tied together again. */
const maxDriftMs = 2;

export function createClock(wall: () => number, monotonic: () => bigint): Clock {
  let wallBase = 0n;
  let monotonicBase = 0n;
  return {
    milliseconds: wall,
    timestamp() {
      const milliseconds = wall();
      let nanoseconds = wallBase + (monotonic() - monotonicBase);
      const drift = Number(nanoseconds / 1_000_000n) - milliseconds;
      if (drift > maxDriftMs || drift < -maxDriftMs) {
        wallBase = BigInt(milliseconds) * 1_000_000n;
        monotonicBase = monotonic();
        nanoseconds = wallBase;
      }
      const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
      const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19);
      return `${seconds}.${fraction}Z`;
    },
  };
}
