import test from 'ava';
import { createClock } from '../../../runtime/logd/program/clock.ts';

test('timestamps have nanoseconds, always 30 characters, and follow the monotonic clock', (t) => {
  const now = { wall: Date.parse('2026-11-24T02:47:11.005Z'), monotonic: 1_000n };
  const clock = createClock(
    () => now.wall,
    () => now.monotonic,
  );
  t.is(clock.timestamp(), '2026-11-24T02:47:11.005000000Z');
  now.monotonic += 42n;
  t.is(clock.timestamp(), '2026-11-24T02:47:11.005000042Z');
  now.wall += 1;
  now.monotonic += 1_000_000n;
  t.is(clock.timestamp(), '2026-11-24T02:47:11.006000042Z');
});

test('a clock that is set takes the timestamps along', (t) => {
  const now = { wall: Date.parse('2026-11-24T00:00:00.000Z'), monotonic: 0n };
  const clock = createClock(
    () => now.wall,
    () => now.monotonic,
  );
  clock.timestamp();
  now.wall = Date.parse('2020-01-01T00:00:00.000Z');
  t.is(clock.timestamp(), '2020-01-01T00:00:00.000000000Z');
});
