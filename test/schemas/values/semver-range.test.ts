import test from 'ava';
import { highestInRange, isSemverRange } from '../../../schemas/values/semver-range.ts';

const tags = ['v1.2.0', '1.2.3', 'v1.10.0', '1.4.1', 'latest', 'v2.0.0', 'v2.1.0-rc.1', 'release-9.0.0', '', 'v1'];

for (const [range, highest] of [
  ['1.x', 'v1.10.0'],
  ['~1.2', '1.2.3'],
  ['>=1.2.0 <1.10', '1.4.1'],
  ['>=1.2.0, <1.10', '1.4.1'],
  ['*', 'v2.0.0'],
  ['>=2.1.0-0', 'v2.1.0-rc.1'],
  ['^1.4 || ^2', 'v2.0.0'],
  ['3.x', undefined],
  ['no range', undefined],
] as const) {
  test(`the highest in ${range} is ${String(highest)}`, (t) => {
    t.is(highestInRange(tags, range), highest);
    t.is(highestInRange(tags.toReversed(), range), highest);
  });
}

test('two names of one version are always answered with the same', (t) => {
  t.is(highestInRange(['v1.0.0', '1.0.0'], '1.x'), '1.0.0');
  t.is(highestInRange(['1.0.0', 'v1.0.0'], '1.x'), '1.0.0');
});

test('what is a range is told from what is none', (t) => {
  for (const range of ['1.x', '~1.4', '>=1.2.0 <2', '=1.0.0', '*']) t.true(isSemverRange(range), range);
  for (const text of ['', ' ', 'main', '>>1', 'x'.repeat(300)]) t.false(isSemverRange(text), text);
});
