import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { OneAtATime } from '../../../api/plans/one-at-a-time.ts';

const NEVER = new AbortController().signal;

test('work is done in the order in which it was asked for, whatever became of what went before', async (t) => {
  const turns = new OneAtATime();
  const done: string[] = [];
  const work = (name: string) => async () => {
    done.push(`${name} begins`);
    await setImmediate();
    done.push(`${name} ends`);
    if (name === 'a') throw new Error('a bug');
    return name;
  };
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.run(work(name), NEVER)));
  t.is(a?.status, 'rejected');
  t.deepEqual([b, c], [b, c].map((_, index) => ({ status: 'fulfilled', value: ['b', 'c'][index] })) as never);
  t.deepEqual(done, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('whoever gives up goes at once, and those behind still wait for who is at it', async (t) => {
  const turns = new OneAtATime();
  const gate = Promise.withResolvers<void>();
  const first = turns.run(() => gate.promise, NEVER);
  const giving = new AbortController();
  const second = turns.run(() => Promise.resolve(t.fail('it was given up')), giving.signal);
  let begun = false;
  const third = turns.run(async () => {
    begun = true;
  }, NEVER);
  giving.abort(new Error('given up'));
  await t.throwsAsync(second, { message: 'given up' });
  await setImmediate();
  t.false(begun);
  gate.resolve();
  await Promise.all([first, third]);
  t.true(begun);
});

test('who has given up before is not waited for', async (t) => {
  const turns = new OneAtATime();
  await t.throwsAsync(
    turns.run(async () => t.fail(), AbortSignal.abort(new Error('gone'))),
    { message: 'gone' },
  );
  t.is(await turns.run(async () => 1, NEVER), 1);
});
