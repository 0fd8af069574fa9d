import test from 'ava';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { createLineSplitter } from '../../../runtime/resident/program/split-lines.ts';

test('lines are the same, however the text comes in pieces', (t) => {
  assert(
    property(array(string({ unit: constantFrom('a', 'b', '\n') })), (pieces) => {
      const splitter = createLineSplitter(1000);
      const lines = pieces.flatMap((piece) => splitter.push(piece));
      t.deepEqual(lines, pieces.join('').split('\n').slice(0, -1));
    }),
  );
});

test('a line that is too long is refused, finished or not', (t) => {
  t.throws(() => createLineSplitter(3).push('abcd\n'), { instanceOf: RangeError });
  const splitter = createLineSplitter(3);
  splitter.push('ab');
  t.throws(() => splitter.push('cd'), { instanceOf: RangeError });
  t.deepEqual(createLineSplitter(3).push('abc\nabc\nab'), ['abc', 'abc']);
});
