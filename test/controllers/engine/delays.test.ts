import test from 'ava';
import * as fc from 'fast-check';
import { Delays } from '../../../controllers/engine/delays.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('each key comes due once, at the earliest time asked for, in order of time', async (t) => {
  const requests = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), delay: fc.integer({ min: 1, max: 50 }) }),
  );
  await fc.assert(
    fc.asyncProperty(requests, async (asked) => {
      const time = new ManualTime(0);
      const fired: [string, number][] = [];
      using delays = new Delays(time, time, (key) => fired.push([key, time.now()]));
      const earliest = new Map<string, number>();
      for (const { key, delay } of asked) {
        delays.schedule(key, delay);
        earliest.set(key, Math.min(delay, earliest.get(key) ?? Infinity));
      }
      t.true(time.timers <= 1);
      t.is(delays.size, earliest.size);
      await time.pass(60);
      t.deepEqual(Object.fromEntries(fired), Object.fromEntries(earliest));
      t.is(fired.length, earliest.size);
      t.deepEqual(
        fired.map(([, at]) => at),
        fired.map(([, at]) => at).sort((a, b) => a - b),
      );
      t.is(time.timers, 0);
    }),
    { numRuns: 60 },
  );
});

test('a cancelled key does not come due, and the last one takes the timer along', async (t) => {
  const time = new ManualTime();
  const fired: string[] = [];
  using delays = new Delays(time, time, (key) => fired.push(key));
  delays.schedule('a', 10);
  delays.schedule('b', 20);
  delays.cancel('a');
  await time.pass(30);
  t.deepEqual(fired, ['b']);
  delays.schedule('c', 10);
  delays.cancel('c');
  t.is(time.timers, 0);
});

test('a key whose time is moved again and again does not fill the memory with old times', async (t) => {
  const time = new ManualTime();
  let fired = 0;
  using delays = new Delays(time, time, () => (fired += 1));
  for (let delay = 100_000; delay > 0; delay -= 1) delays.schedule('a', delay);
  for (let round = 0; round < 10_000; round += 1) {
    delays.cancel('b');
    delays.schedule('b', 1_000_000 + round);
  }
  t.is(delays.size, 2);
  await time.pass(5);
  t.is(fired, 1);
});
