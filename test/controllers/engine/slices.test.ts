import test from 'ava';
import * as fc from 'fast-check';
import { sortedInSlices } from '../../../controllers/engine/slices.ts';

test('what is sorted in slices is what is sorted at once: equal ones stay in their order', async (t) => {
  const numbers = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 2600, size: 'max' });
  await fc.assert(
    fc.asyncProperty(numbers, async (values) => {
      const items = values.map((value, place) => ({ value, place }));
      const compare = (a: { value: number }, b: { value: number }): number => a.value - b.value;
      t.deepEqual(
        (await sortedInSlices(items, compare)).map(({ place }) => place),
        items.toSorted(compare).map(({ place }) => place),
      );
    }),
    { numRuns: 20 },
  );
});
