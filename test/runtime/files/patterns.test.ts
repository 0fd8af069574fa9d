import test from 'ava';
import * as fc from 'fast-check';
import { RuntimeError } from '../../../runtime/errors.ts';
import { noAnswer, Patterns } from '../../../runtime/files/patterns.ts';
import { compileReference } from './reference.ts';

const rows: readonly (readonly [patterns: string, path: string, matches: boolean])[] = [
  ['a', 'a', true],
  ['a', 'a/b', true],
  ['a', 'ab', false],
  ['a', 'b/a', false],
  ['a/b', 'a', false],
  ['a/', 'a/b', true],
  ['./a', 'a', true],
  ['a//b/../c', 'a/c', true],
  ['a.b', 'axb', false],
  ['*', 'a', true],
  ['*', 'a/b', true],
  ['*/b', 'a/b', true],
  ['*/b', 'a/c/b', false],
  ['a*', 'abc/d', true],
  ['a*b', 'a/b', false],
  ['a?b', 'a/b', false],
  ['a?b', 'a☺b', true],
  ['a?b', 'a𝒳b', true],
  ['a???b', 'a☺b', false],
  ['*𝒳', 'a𝒳', true],
  ['.*', '.a', true],
  ['.*', 'a', false],
  ['**', 'a/b', true],
  ['**/', 'a', true],
  ['**/**', 'a/b', true],
  ['a/**', 'a', false],
  ['a/**', 'a/b/c', true],
  ['a**', 'ab/c', true],
  ['**/a', 'a', true],
  ['**/a', 'x/y/a/z', true],
  ['**/a', 'x/ba', false],
  ['**a', 'x/ba', true],
  ['**/a/b', 'x/a/b', true],
  ['**/a/b', 'a/b', true],
  ['**/a/*', 'x/a/b', true],
  ['**/*.txt', 'a.txt', true],
  ['**/*.txt', 'a/b/c.txt', true],
  ['**/**/*.txt', 'a.txt', true],
  ['**/**/*.txt2', 'a/b.txt', false],
  ['**/f*.txt*', 'a/file.txt.gz', true],
  ['a**/*.txt', 'a/b/c/d.txt', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/*.txt**', 'a/b.txt', true],
  ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
  ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
  ['a*b?c*x', 'abxbbxdbxebxczzx', true],
  ['a*b?c*x', 'abxbbxdbxebxczzy', false],
  ['a[b-d]e', 'ace', true],
  ['a[b-d]e', 'aae', false],
  ['a[^b-d]e', 'aze', true],
  ['a[^b]c', 'a/c', true],
  ['[a-ζ]*', 'α', true],
  ['*[a-ζ]', 'A', false],
  ['[\\]a]', ']', true],
  ['[x\\-]', '-', true],
  ['[x\\-]', 'z', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['a\\\\', 'a\\', true],
  ['a(b)|$.{+c', 'a(b)|$.{+c', true],
  ['a(b)/*.x', 'a(b)/c.x', true],
  ['**/x\n*', 'a/x\ny', true],
  ['**/*x', 'a\nb/x', false],
  ['**/x', 'a\nb/x', true],
  // last one counts
  ['a !a/b', 'a/b', false],
  ['a !a/b', 'a/c', true],
  ['a/* !a/b', 'a/b', false],
  ['!a a', 'a', true],
  ['** !a/b a/b/c', 'a/b/c', true],
  ['** !a/b', 'a/b/c', false],
  ['** !a/*.whl', 'a/x.whl', false],
  // as BuildKit's walk has it: a pattern that changed nothing for the directory says nothing about what is in it
  ['**/*.log !keep', 'keep/x.log', true],
  ['n !n/f **/n', 'n/f', false],
];

for (const [patterns, path, matches] of rows) {
  test(`${JSON.stringify(patterns)} ${matches ? 'means' : 'does not mean'} ${JSON.stringify(path)}`, (t) => {
    t.is(new Patterns(patterns.split(' ')).matchesPath(path), matches);
  });
}

for (const pattern of ['[', 'a[', '[^', '[^bc', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[z-a]', '\\', 'a\\', '!']) {
  test(`${pattern} is no pattern, and the error says which`, (t) => {
    const error = t.throws(() => new Patterns(['fine', pattern]), { instanceOf: RuntimeError });
    t.like(error, { code: 'InvalidArgument', reason: 'ContextUnreadable' });
    t.true(error.message.includes(JSON.stringify(pattern)) || pattern === '!');
  });
}

test('spaces around patterns and empty ones do not count', (t) => {
  const patterns = new Patterns(['  a ', '', '   ', ' !a/b ']);
  t.true(patterns.matchesPath('a'));
  t.false(patterns.matchesPath('a/b'));
  t.false(new Patterns([]).matchesPath('a'));
});

const part = fc.oneof(
  fc.constantFrom(
    '*',
    '**',
    '?',
    'a',
    'b',
    'c',
    '.',
    'a*',
    '*b',
    'a?',
    '[ab]',
    '[^a]',
    'ab',
    '**a',
    'a**',
    '*a*b*',
    '𝒳',
  ),
);
const pattern = fc
  .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 4 }))
  .map(([exception, parts]) => `${exception ? '!' : ''}${parts.join('/')}`)
  .filter((text) => !/(^!?|\/)\.(\/|$)/.test(text));
const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'ab', 'ba', 'aab', 'a.b', '𝒳', 'a\nb'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));

test('any list of patterns means what the plain reading of it means', (t) => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), fc.array(path, { minLength: 1, maxLength: 8 }), (list, paths) => {
      const [fast, plain] = [new Patterns(list), compileReference(list)];
      for (const one of paths) {
        if (fast.matchesPath(one) !== plain(one)) throw new Error(`${JSON.stringify(list)}: ${JSON.stringify(one)}`);
      }
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

test('where nothing can change below a directory, nothing does', (t) => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), path, path, (list, directory, below) => {
      const patterns = new Patterns(list);
      let answer = noAnswer;
      const parts = directory.split('/');
      parts.forEach((_, index) => (answer = patterns.next(parts.slice(0, index + 1).join('/'), answer)));
      if (patterns.canChangeBelow(directory, answer)) return;
      const here = patterns.matches(answer);
      if (patterns.matchesPath(`${directory}/${below}`) !== here) throw new Error(`${JSON.stringify(list)}: ${below}`);
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

for (const [list, directory, enters] of [
  ['* !keep', 'drop', false],
  ['* !keep', 'keep', false],
  ['* !keep/this', 'keep', true],
  ['* !*.md', 'drop', false],
  ['* !**/*.md', 'drop', true],
  ['* !a/b*/c', 'a', true],
  ['* !a/b*/c', 'a/bx', true],
  ['* !a/b*/c', 'a/x', false],
  ['* !a/b/**', 'a/b', true],
] as const) {
  test(`a walk ${enters ? 'goes' : 'does not go'} into ${directory} for ${list}`, (t) => {
    const patterns = new Patterns(list.split(' '));
    const answer = patterns.next(directory, directory.includes('/') ? patterns.next('a', noAnswer) : noAnswer);
    t.is(patterns.canChangeBelow(directory, answer), enters);
  });
}

test('a pattern of many stars does not make a path of many letters slow', (t) => {
  const patterns = new Patterns([`${'*a'.repeat(60)}b`, `**/${'**/a*'.repeat(30)}/b`]);
  t.false(patterns.matchesPath('a'.repeat(2000)));
  t.false(patterns.matchesPath('a/'.repeat(100) + 'c'));
});

test('five thousand patterns and a hundred thousand paths are matched in work that grows with the paths only', (t) => {
  const kinds = ['src/d%/x', '**/*.e%', 'build%/**', '**/name%', 'lib/m%/*.js', '!keep%'];
  const patterns = new Patterns(Array.from({ length: 5000 }, (_, n) => kinds[n % kinds.length]!.replace('%', `${n}`)));
  let matched = 0;
  for (let directory = 0; directory < 100; directory++) {
    const parent = patterns.next(`lib${directory}`, noAnswer);
    for (let file = 0; file < 1000; file++) {
      if (patterns.matches(patterns.next(`lib${directory}/f${file}.e${file}`, parent))) matched++;
    }
  }
  t.is(matched, 100 * Array.from({ length: 1000 }, (_, n) => n).filter((n) => n % 6 === 1).length);
});
