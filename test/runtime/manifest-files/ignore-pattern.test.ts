import test from 'ava';
import { matchesName, matchesPattern, parseIgnoreLine } from '../../../runtime/manifest-files/ignore-pattern.ts';

const matches = (line: string, path: string): boolean => {
  const pattern = parseIgnoreLine(line);
  return pattern !== undefined && matchesPattern(pattern, path.replace(/\/$/, '').split('/'), path.endsWith('/'));
};

for (const [line, yes, no] of [
  ['a', ['a', 'x/a', 'a/'], ['ab', 'a/b']],
  ['/a', ['a'], ['x/a']],
  ['a/', ['a/', 'x/a/'], ['a']],
  ['a/b', ['a/b'], ['x/a/b']],
  ['*.yaml', ['a.yaml', 'x/.yaml'], ['a.yml']],
  ['a/**', ['a/b', 'a/b/c'], ['a/', 'x/a/b']],
  ['**/a', ['a', 'x/a', 'x/y/a'], ['b']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/x']],
  ['a*c', ['ac', 'abc'], ['a/c', 'abd']],
  ['?', ['a', 'x/b'], ['ab']],
  ['[a-c]x', ['ax', 'cx'], ['dx']],
  ['[!a-c]x', ['dx'], ['ax']],
  ['[]a]x', [']x', 'ax'], ['bx']],
  ['[a', [], ['[a', 'a']],
  ['\\#a', ['#a'], ['a']],
  ['\\!a', ['!a'], ['a']],
  ['a ', ['a'], ['a ']],
  ['a\\ ', ['a '], ['a']],
  ['#a', [], ['#a', 'a']],
  ['/', [], ['a']],
] as const) {
  test(`the pattern ${JSON.stringify(line)} means what git means`, (t) => {
    for (const path of yes) t.true(matches(line, path), path);
    for (const path of no) t.false(matches(line, path), path);
  });
}

test('a hostile pattern takes no time', (t) => {
  const began = performance.now();
  t.false(matchesName(`${'*a'.repeat(1000)}b`, 'a'.repeat(5000)));
  t.false(matches(`${'**/a/'.repeat(500)}b`, 'a/'.repeat(2000)));
  t.true(performance.now() - began < 60_000);
});
