import test from 'ava';
import * as fc from 'fast-check';
import { FIRST_BACKOFF_MS, MAX_BACKOFF_MS, WorkQueue } from '../../../controllers/engine/queue.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualTime, turns } from '../../support/manual-time.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** A queue whose keys run until the test ends them. */
function heldQueue(concurrency: number) {
  const time = new ManualTime();
  const log = recordingLog();
  const running = new Map<string, PromiseWithResolvers<void>>();
  const started: string[] = [];
  let overlap = false;
  const queue = new WorkQueue({
    concurrency,
    clock: time,
    timers: time,
    log,
    handle: async (key) => {
      overlap ||= running.has(key) || running.size >= concurrency;
      const held = Promise.withResolvers<void>();
      running.set(key, held);
      started.push(key);
      await held.promise;
      running.delete(key);
    },
  });
  return { queue, time, log, running, started, overlapped: () => overlap };
}

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('delay' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      ms: fc.integer({ min: 0, max: 30 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const), key: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), nth: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
);

test('no key runs twice at once, no more than allowed run, and none that was added is lost', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (commands, concurrency) => {
        const { queue, time, running, started, overlapped } = heldQueue(concurrency);
        queue.start();
        /** Keys that were asked for and did not start since. */
        const owed = new Set<string>();
        const settle = async (): Promise<void> => {
          const before = started.length;
          await turns();
          for (const key of started.slice(before)) owed.delete(key);
        };
        for (const step of commands) {
          if (step.do === 'add') queue.add(step.key);
          if (step.do === 'delay') queue.addAfter(step.key, step.ms);
          if (step.do === 'retry') queue.retry(step.key);
          if (step.do === 'finish') [...running.values()][step.nth]?.resolve();
          if ('key' in step) owed.add(step.key);
          if (step.do === 'pass') {
            const before = started.length;
            await time.pass(step.ms);
            for (const key of started.slice(before)) owed.delete(key);
          } else await settle();
        }
        for (let round = 0; round < 40 && (owed.size > 0 || running.size > 0); round += 1) {
          const before = started.length;
          await time.pass(MAX_BACKOFF_MS);
          for (const { resolve } of running.values()) resolve();
          await turns();
          for (const key of started.slice(before)) owed.delete(key);
        }
        t.deepEqual([...owed], []);
        t.false(overlapped());
        t.deepEqual(queue.stats, { ready: 0, delayed: 0, running: 0 });
        t.is(time.timers, 0);
      },
    ),
    { numRuns: 100 },
  );
});

test('a key that waits is there once, however often it is added', async (t) => {
  const { queue, started } = heldQueue(4);
  for (let n = 0; n < 10; n += 1) queue.add('a');
  queue.start();
  await turns();
  t.deepEqual(started, ['a']);
});

test('a key that is added while it runs runs once more afterwards', async (t) => {
  const { queue, started, running } = heldQueue(4);
  queue.start();
  queue.add('a');
  await turns();
  queue.add('a');
  queue.add('a');
  await turns();
  t.deepEqual(started, ['a']);
  running.get('a')?.resolve();
  await turns();
  t.deepEqual(started, ['a', 'a']);
});

test('a key that is busy all the time does not keep the others waiting', async (t) => {
  const { queue, started, running } = heldQueue(1);
  queue.start();
  for (const key of ['busy', 'b', 'c']) queue.add(key);
  for (let round = 0; round < 4; round += 1) {
    await turns();
    queue.add('busy');
    for (const { resolve } of running.values()) resolve();
  }
  t.deepEqual(started, ['busy', 'b', 'c', 'busy']);
});

test('backoff doubles from the first delay to the last, and starts anew when forgotten', (t) => {
  const { queue } = heldQueue(1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (times) => {
      const delays = Array.from({ length: times }, () => queue.retry('a'));
      delays.forEach((delay, at) => t.is(delay, Math.min(FIRST_BACKOFF_MS * 2 ** at, MAX_BACKOFF_MS)));
      t.is(queue.failures('a'), times);
      queue.forget('a');
      t.is(queue.failures('a'), 0);
    }),
    { numRuns: 20 },
  );
});

test('a key that runs for another reason loses its delay', async (t) => {
  const { queue, time, started, running } = heldQueue(1);
  queue.start();
  queue.addAfter('a', 1000);
  queue.add('a');
  await turns();
  running.get('a')?.resolve();
  await time.pass(5000);
  t.deepEqual(started, ['a']);
});

test('a handler that rejects is logged and its key retried with backoff', async (t) => {
  const time = new ManualTime();
  const log = recordingLog();
  let runs = 0;
  const queue = new WorkQueue({
    concurrency: 1,
    clock: time,
    timers: time,
    log,
    handle: () => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    },
  });
  queue.start();
  queue.add('a');
  await turns();
  t.is(runs, 1);
  t.is(log.lines[0]?.level, 'error');
  await time.pass(FIRST_BACKOFF_MS);
  t.is(runs, 2);
});

test('a thousand keys with nothing to do start at most as many a turn of the event loop as may run at once', async (t) => {
  const time = new ManualTime();
  const concurrency = 4;
  let startsOfThisTurn = 0;
  let most = 0;
  let done = 0;
  let beating = true;
  const beat = (): void => {
    startsOfThisTurn = 0;
    if (beating) setImmediate(beat);
  };
  beat();
  const queue = new WorkQueue({
    concurrency,
    clock: time,
    timers: time,
    log: recordingLog(),
    handle: async () => {
      startsOfThisTurn += 1;
      most = Math.max(most, startsOfThisTurn);
      done += 1;
    },
  });
  for (let n = 0; n < 1000; n += 1) queue.add(`key-${n}`);
  queue.start();
  await eventually('all are done', () => done === 1000);
  beating = false;
  t.true(most <= concurrency, `${most} keys in one turn`);
});

test('stop starts nothing more, forgets what waits, and resolves when the running keys are done', async (t) => {
  const { queue, time, started, running } = heldQueue(1);
  queue.start();
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 10);
  await turns();
  let stopped = false;
  const stop = queue.stop().then(() => (stopped = true));
  queue.add('d');
  queue.addAfter('e', 1);
  await time.pass(100);
  t.false(stopped);
  running.get('a')?.resolve();
  await stop;
  t.deepEqual(started, ['a']);
  t.is(time.timers, 0);
  t.deepEqual(queue.stats, { ready: 0, delayed: 0, running: 0 });
});
