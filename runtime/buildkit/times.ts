import type { Timestamp } from '@bufbuild/protobuf/wkt';

const NANOS = 9;

/** RFC 3339 with nanoseconds. */
export function timeText({ seconds, nanos }: Timestamp): string {
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, -'.000Z'.length);
  return `${whole}.${String(nanos).padStart(NANOS, '0')}Z`;
}

/** Milliseconds since the epoch. */
export function milliseconds({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000);
}
