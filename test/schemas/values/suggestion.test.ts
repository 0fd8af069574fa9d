import test from 'ava';
import * as fc from 'fast-check';
import { editDistance, nearestName } from '../../../schemas/values/suggestion.ts';

const KNOWN = ['image', 'imageFrom', 'imagePullPolicy', 'command', 'args', 'env', 'volumeMounts', 'volumes'];

for (const [typed, meant] of [
  ['comand', 'command'],
  ['Command', 'command'],
  ['imagepullpolicy', 'imagePullPolicy'],
  ['volumeMount', 'volumeMounts'],
  ['evn', 'env'],
  ['arg', 'args'],
] as const) {
  test(`who types ${typed} means ${meant}`, (t) => {
    t.is(nearestName(typed, KNOWN), meant);
  });
}

test('nothing is suggested for what is far from everything, or right already', (t) => {
  for (const typed of ['replicas', '', 'xyz', 'command', 'x'.repeat(1e6)]) t.is(nearestName(typed, KNOWN), undefined);
});

test('the edit distance is symmetric, zero only for equals, and at most the longer length', (t) => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      t.is(distance, editDistance(b, a));
      t.is(distance === 0, a === b);
      t.true(distance <= Math.max(a.length, b.length));
    }),
  );
});
