import test from 'ava';
import { createResolverHealth } from '../../../runtime/netd/program/resolver-health.ts';

test('who leaves two questions unanswered is asked last, until some time has passed or it answers', (t) => {
  let now = 0;
  const health = createResolverHealth(() => now);
  const order = (): string => health.order(['a', 'b', 'c']).join('');
  health.note('a', false);
  t.is(order(), 'abc', 'one may have been lost');
  health.note('a', false);
  t.is(order(), 'bca');
  health.note('b', false);
  health.note('b', false);
  t.is(order(), 'cab');
  health.note('b', true);
  t.is(order(), 'bca');
  now += 10_000;
  t.is(order(), 'abc', 'it is tried again');
  health.note('a', false);
  t.is(order(), 'bca', 'once is enough now');
  health.note('a', true);
  health.note('a', false);
  t.is(order(), 'abc');
});
