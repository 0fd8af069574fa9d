import test from 'ava';
import { Waker } from '../../../controllers/engine/waker.ts';

test('objects are woken from the start of the source to its end, which ends the work', (t) => {
  const seen: string[] = [];
  const waker = new Waker(() => {
    seen.push('end');
    // What ends may want to tell of it: nobody listens any more.
    waker.wake('late');
  });
  waker.wake('early');
  const source = waker.start((key) => seen.push(key));
  waker.wake('a');
  source[Symbol.dispose]();
  waker.wake('later');
  t.deepEqual(seen, ['a', 'end']);
});
