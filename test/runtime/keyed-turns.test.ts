import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedTurns } from '../../runtime/keyed-turns.ts';

test('equal keys wait for each other, different ones do not', async (t) => {
  const turns = new KeyedTurns();
  const order: string[] = [];
  const work = (key: string, name: string, milliseconds: number) =>
    turns.take(key, async () => {
      order.push(`${name} begins`);
      await sleep(milliseconds);
      order.push(`${name} ends`);
      return name;
    });
  t.deepEqual(await Promise.all([work('a', 'one', 30), work('a', 'two', 0), work('b', 'three', 5)]), [
    'one',
    'two',
    'three',
  ]);
  t.deepEqual(order, ['one begins', 'three begins', 'three ends', 'one ends', 'two begins', 'two ends']);
});

test('a failure reaches its caller alone', async (t) => {
  const turns = new KeyedTurns();
  const failed = turns.take('a', () => Promise.reject(new Error('no')));
  const after = turns.take('a', () => Promise.resolve('yes'));
  await t.throwsAsync(failed, { message: 'no' });
  t.is(await after, 'yes');
});
