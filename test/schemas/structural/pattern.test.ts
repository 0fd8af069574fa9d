import test from 'ava';
import { boundBacktracking, compilePattern } from '../../../schemas/structural/pattern.ts';
import { SchemaError } from '../../../schemas/structural/schema-error.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const matches = test.macro({
  exec(t, pattern: string, yes: readonly string[], no: readonly string[]) {
    const compiled = compilePattern(pattern, 'pattern');
    for (const text of yes) t.true(compiled(text), `${pattern} matches ${text}`);
    for (const text of no) t.false(compiled(text), `${pattern} does not match ${text}`);
  },
  title: (_, pattern: string) => `pattern ${pattern} means what RE2 says`,
});

test(matches, '^[a-z]+$', ['abc'], ['aBc', '']);
test(matches, 'b', ['abc'], ['acd']);
test(matches, '(?i)^abc$', ['ABC'], ['abd']);
test(matches, '^a(?i)b|c$', ['aB', 'xC'], ['AB']);
test(matches, '^(x(?i)y|z)w$', ['xYw', 'Zw'], ['XYw', 'zW']);
test(matches, '^(?i:a)b(?i)c(?-i)d$', ['AbCd'], ['ABCd', 'AbCD']);
test(matches, '(?s)^a.b$', ['a\nb'], ['ab']);
test(matches, '^(?P<year>\\d{4})$', ['2026'], ['226']);
test(matches, '^(?:a|b)$', ['a', 'b'], ['ab']);
test(matches, '\\Aab\\z', ['ab'], ['ab\n', 'aab']);
test(matches, '^[[:alpha:]_][[:alnum:]]*$', ['a1', '_'], ['1a', '']);
test(matches, '^[]a]+$', [']a'], ['b']);
test(matches, '^[^]a]+$', ['b'], [']']);
test(matches, '^[a[]+$', ['[a'], ['b']);
test(matches, '^\\pL+$', ['é'], ['1']);
test(matches, '^\\p{Greek}+$', ['αβ'], ['ab']);
test(matches, '^\\x{1F600}$', ['😀'], ['a']);
test(matches, '^[^=\\x00]+$', ['A'], ['A=', '\u0000']);
test(matches, '^[-._a-zA-Z0-9]+$', ['a-b.c_d'], ['a b']);
test(matches, '^/[^:]*$', ['/a'], ['a', '/a:b']);

const refused = test.macro({
  exec(t, pattern: string) {
    const error = t.throws(() => compilePattern(pattern, 'spec.pattern'), { instanceOf: SchemaError });
    t.is(error.path, 'spec.pattern');
  },
  title: (_, pattern: string) => `pattern ${pattern.slice(0, 20)} is refused`,
});

test(refused, '(');
test(refused, 'a**');
test(refused, '(?=a)');
test(refused, '(?<!a)b');
test(refused, '(a)\\1');
test(refused, 'a(?U)b');
test(refused, 'a(?)b');
test(refused, '[[:nope:]]');
test(refused, 'a'.repeat(5000));

test('with bounded backtracking, a pattern that would take years takes milliseconds', (t) => {
  boundBacktracking();
  const compiled = compilePattern('^(a+)+$', 'pattern');
  const taken = cpuMs(() => t.false(compiled(`${'a'.repeat(5000)}b`)));
  t.true(taken < 1000, `${taken} ms`);
});
