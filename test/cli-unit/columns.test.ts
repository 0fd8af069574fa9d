import * as fc from 'fast-check';
import test from 'ava';
import { layoutOf, lineOf, plainCell } from '../../cli/output/columns.ts';
import { widthOf } from '../../schemas/values/text-width.ts';

const table = (rows: readonly (readonly string[])[], terminal?: number, whole?: readonly number[]): string => {
  const layout = layoutOf(rows, { terminal, ...(whole === undefined ? {} : { whole }) });
  return rows.map((row) => lineOf(row, layout)).join('\n');
};

test('columns are as wide as their widest cell and three spaces', (t) => {
  t.is(
    table([
      ['A', 'BB', 'C'],
      ['aaa', '', 'c'],
    ]),
    'A     BB   C\naaa        c',
  );
});

test('a narrow terminal brings columns closer first', (t) => {
  t.is(
    table(
      [
        ['NAME', 'STATUS'],
        ['web', 'Running'],
      ],
      13,
    ),
    'NAME  STATUS\nweb   Running',
  );
});

test('then the longest column is shortened, but never a name', (t) => {
  const rows = [
    ['NAME', 'MESSAGE'],
    ['a-long-name-it-is', 'and a long message behind it'],
  ];
  t.is(table(rows, 40, [0]), 'NAME               MESSAGE\na-long-name-it-is  and a long message b…');
});

test('wide signs count twice, combining ones not at all', (t) => {
  t.deepEqual(['漢字', 'e\u0301', '🚀', 'abc'].map(widthOf), [4, 1, 2, 3]);
  t.is(
    table([
      ['漢', 'x'],
      ['ab', 'y'],
    ]),
    '漢   x\nab   y',
  );
});

test('a cell is one line without signs that a terminal obeys', (t) => {
  t.is(plainCell('a\u001b[2Jb\tc'), 'a^[[2Jb^Ic');
  t.is(plainCell('first\nsecond'), 'first...');
  t.deepEqual(
    [plainCell(null), plainCell(undefined), plainCell(7), plainCell(true), plainCell(['a', 1])],
    ['', '', '7', 'true', '["a",1]'],
  );
});

test('whatever stands in the cells, lines that can fit do fit', (t) => {
  const rows = fc.array(fc.tuple(fc.string({ maxLength: 10 }), fc.string({ unit: 'grapheme', maxLength: 60 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(rows, fc.integer({ min: 30, max: 90 }), (cells, terminal) => {
      const plain = cells.map((row) => row.map(plainCell));
      for (const line of table(plain, terminal, [0]).split('\n')) t.true(widthOf(line) <= terminal, line);
    }),
  );
});
