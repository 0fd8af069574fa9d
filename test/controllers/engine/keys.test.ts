import test from 'ava';
import { byAge } from '../../../controllers/engine/keys.ts';
import type { KubeObject } from '../../../schemas/object.ts';

const object = (uid: string, creationTimestamp: string) => ({ metadata: { uid, creationTimestamp } }) as KubeObject;

test('the oldest come first, and those of one second by their uids', (t) => {
  const [a, b, c] = [
    object('b', '2026-01-01T00:00:00Z'),
    object('c', '2026-01-01T00:00:00Z'),
    object('a', '2026-01-02T00:00:00Z'),
  ];
  for (const all of [
    [a, b, c],
    [c, b, a],
    [b, a, c],
  ])
    t.deepEqual(all.toSorted(byAge), [a, b, c]);
  t.is(byAge(a, a), 0);
});
