import test from 'ava';
import * as fc from 'fast-check';
import { stepsOf, valueAt, withValueAt } from '../../../controllers/sync/pointer.ts';
import type { JsonValue } from '../../../schemas/object.ts';

test('pointers name members and entries, with both escapes', (t) => {
  t.deepEqual(stepsOf('/metadata/labels/a~1b~0c'), ['metadata', 'labels', 'a/b~c']);
  const value = { list: [{ a: 1 }, { a: 2 }], map: { 'a/b': 3 } };
  t.is(valueAt(value, stepsOf('/list/1/a')), 2);
  t.is(valueAt(value, stepsOf('/map/a~1b')), 3);
  t.is(valueAt(value, stepsOf('/list/2/a')), undefined);
  t.is(valueAt(value, stepsOf('/map/toString')), undefined);
});

test('a value is put where it belongs, taken away, or left where there is no place for it', (t) => {
  t.deepEqual(withValueAt({ a: 1 }, ['b', 'c'], 2), { a: 1, b: { c: 2 } });
  t.deepEqual(withValueAt({ a: { b: 1, c: 2 } }, ['a', 'b'], undefined), { a: { c: 2 } });
  t.deepEqual(withValueAt({ a: [1, 2, 3] }, ['a', '1'], undefined), { a: [1, 3] });
  t.deepEqual(withValueAt({ a: [1] }, ['a', '7'], 2), { a: [1] });
  t.deepEqual(withValueAt({ a: 'text' }, ['a', 'b'], 2), { a: 'text' });
  const value = { a: 1 };
  t.is(withValueAt(value, ['b', 'c'], undefined), value);
});

test('what was put somewhere stands there, and nothing else changed', (t) => {
  const steps = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
  const tree = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 })),
  })).value;
  fc.assert(
    fc.property(tree, steps, fc.integer(), (value, path, next) => {
      const before = JSON.stringify(value);
      const after = withValueAt(value, path, next);
      t.is(JSON.stringify(value), before);
      if (after !== value) t.is(valueAt(after, path), next);
    }),
  );
});
