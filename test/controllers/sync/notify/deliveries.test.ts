import test from 'ava';
import { Deliveries, type Delivery } from '../../../../controllers/sync/notify/deliveries.ts';
import { RuntimeError } from '../../../../runtime/errors.ts';
import { ManualTime, turns } from '../../../support/manual-time.ts';

const KEY = 'default/app';

/** One channel, and how often its delivery was tried. */
function openChannel(fails: () => Error | undefined, onceMoreAfterMs?: number) {
  const time = new ManualTime();
  const deliveries = new Deliveries(time);
  const tries = { count: 0 };
  const ask = async (): Promise<Delivery> => {
    const deliver = async (): Promise<void> => {
      tries.count += 1;
      const error = fails();
      if (error !== undefined) throw error;
    };
    const options = onceMoreAfterMs === undefined ? {} : { onceMoreAfterMs };
    deliveries.ask(KEY, 'chat', 'question', deliver, options);
    await turns();
    return deliveries.ask(KEY, 'chat', 'question', deliver, options);
  };
  return { time, tries, ask, trouble: () => deliveries.trouble(KEY, 'chat') };
}

test('an error that is none of ours is not shown, and may be another time', async (t) => {
  const { ask, trouble, tries } = openChannel(() => new Error('http://me:hush@proxy'));
  t.deepEqual(await ask(), { type: 'under way', dueInMs: 1000 });
  t.is(trouble(), 'a fault of tsmoby itself');
  t.is(tries.count, 1);
});

test('what was given up is tried once more each time the wait is over, where that is asked for', async (t) => {
  let error: Error | undefined = new RuntimeError('Unauthorized', 'no');
  const { ask, time, trouble, tries } = openChannel(() => error, 5000);
  t.deepEqual(await ask(), { type: 'given up', dueInMs: 5000 });
  await time.pass(4999);
  t.deepEqual(await ask(), { type: 'given up', dueInMs: 1 });
  t.is(tries.count, 1);
  await time.pass(1);
  t.deepEqual(await ask(), { type: 'given up', dueInMs: 5000 });
  t.is(tries.count, 2);
  error = undefined;
  await time.pass(5000);
  t.deepEqual(await ask(), { type: 'delivered' });
  t.is(trouble(), undefined);
});

test('what was given up stays so where nobody asks for more', async (t) => {
  const { ask, time, tries } = openChannel(() => new RuntimeError('NotFound', 'no'));
  t.deepEqual(await ask(), { type: 'given up' });
  await time.pass(3_600_000);
  t.deepEqual(await ask(), { type: 'given up' });
  t.is(tries.count, 1);
});
