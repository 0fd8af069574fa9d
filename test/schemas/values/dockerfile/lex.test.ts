import test from 'ava';
import { lex } from '../../../../schemas/values/dockerfile/lex.ts';

const variables = new Map([
  ['A', 'one'],
  ['EMPTY', ''],
  ['PATH_', 'a/b/c.tar.gz'],
  ['WORDS', 'x y'],
]);
const budget = () => ({ left: 10_000 });
const text = (source: string, escape = '\\'): string | undefined =>
  lex(source, { variables, escape, budget: budget() })?.text;

for (const [source, expected] of [
  ['$A', 'one'],
  ['${A}b', 'oneb'],
  ['$Ab', ''],
  ['$A-b', 'one-b'],
  ['\\$A', '$A'],
  ["'$A'", '$A'],
  ['"$A\'s"', "one's"],
  ['"\\$A \\x \\""', '$A \\x "'],
  ['$', '$'],
  ['a$', 'a$'],
  ['$1', ''],
  ['${A:-x}', 'one'],
  ['${NO:-x}', 'x'],
  ['${NO:-$A}', 'one'],
  ['${NO:-${NO2:-"a b"}}', 'a b'],
  ['${EMPTY:-x}', 'x'],
  ['${EMPTY-x}', ''],
  ['${A:+x}', 'x'],
  ['${EMPTY:+x}', ''],
  ['${EMPTY+x}', 'x'],
  ['${NO+x}', ''],
  ['${A:?x}', 'one'],
  ['${EMPTY?x}', ''],
  ['${PATH_#*/}', 'b/c.tar.gz'],
  ['${PATH_##*/}', 'c.tar.gz'],
  ['${PATH_%.*}', 'a/b/c.tar'],
  ['${PATH_%%.*}', 'a/b/c'],
  ['${PATH_#x}', 'a/b/c.tar.gz'],
  ['${PATH_#?/}', 'b/c.tar.gz'],
  ['${PATH_%}', 'a/b/c.tar.gz'],
  ['${PATH_/\\//-}', 'a-b/c.tar.gz'],
  ['${PATH_//\\//-}', 'a-b-c.tar.gz'],
  ['${PATH_/b*r/x}', 'a/x.gz'],
  ['${A//o}', undefined],
  ['${A//e/}', 'on'],
  ['${}', undefined],
  ['${A', undefined],
  ['${:-x}', undefined],
  ['${A:#x}', undefined],
  ['${A^}', undefined],
  ['${NO:?why}', undefined],
  ['${NO?}', undefined],
  ['"a', undefined],
  ["'a", undefined],
  ['a < b', 'a < b'],
] as const) {
  test(`${source} gives ${expected ?? 'nothing'}`, (t) => {
    t.is(text(source), expected);
  });
}

test('a backtick escapes where it is the escape character', (t) => {
  t.is(text('`$A\\', '`'), '$A\\');
});

test('blanks divide words, also those of values, but not quoted ones', (t) => {
  t.deepEqual(lex(' a "b c" $WORDS d\\ e "$WORDS"', { variables, escape: '\\', budget: budget() })?.words, [
    'a',
    'b c',
    'x',
    'y',
    'd e',
    'x y',
  ]);
});

test('quotes, escapes and unset variables stay where that is wanted', (t) => {
  const options = { variables, escape: '\\', rawQuotes: true, rawEscapes: true, keepUnset: true, budget: budget() };
  t.is(lex('"a" \'b\' \\c $NO ${NO} ${NO:-x} ${NO/a/b}', options)?.text, '"a" \'b\' \\c $NO ${NO} ${NO:-x} ${NO/a/b}');
});

test('what grows out of bounds gives nothing, and no long wait', (t) => {
  const variables = new Map([['L', 'x'.repeat(1000)]]);
  const result = (source: string) => lex(source, { variables, escape: '\\', budget: budget() });
  t.truthy(result('$L$L'));
  t.is(result('$L'.repeat(1000)), undefined);
  t.is(result('${A:-'.repeat(100_000)), undefined);
  t.is(result(`\${L#${'*x'.repeat(500)}y}`), undefined);
});
