import test from 'ava';
import {
  checkConfigKey,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelValue,
  checkPathSegment,
  checkQualifiedName,
} from '../../../schemas/values/names.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const accepts = (check: (text: string) => readonly string[], ...good: readonly string[]) => {
  test(`${check.name} accepts ${good.map((text) => text.slice(0, 30)).join(' ')}`, (t) => {
    for (const text of good) t.deepEqual(check(text), [], text);
  });
};
const refuses = (check: (text: string) => readonly string[], ...bad: readonly string[]) => {
  test(`${check.name} refuses ${bad.map((text) => JSON.stringify(text.slice(0, 30))).join(' ')}`, (t) => {
    for (const text of bad) t.not(check(text).length, 0, text);
  });
};

accepts(checkDnsLabel, 'a', 'web', 'web-1', '1a', 'a'.repeat(63));
refuses(checkDnsLabel, '', 'A', 'a_b', '-a', 'a-', 'a.b', 'a'.repeat(64), 'ä', 'a\n');
accepts(checkDnsSubdomain, 'a', 'a.b', 'web-1.example.com', 'a'.repeat(253));
refuses(checkDnsSubdomain, '', 'a..b', '.a', 'a.', 'A.b', 'a'.repeat(254), 'a/b', '__proto__');
accepts(checkQualifiedName, 'a', 'A_b.c-d', 'example.com/a', 'tsmoby.dev/container', `a/${'b'.repeat(63)}`);
refuses(checkQualifiedName, '', '/', 'a/', '/a', 'a/b/c', 'A.com/b', '-a', 'a'.repeat(64), 'a b', '__proto__');
accepts(checkLabelValue, '', 'a', '12345', 'My_value.1', 'a'.repeat(63));
refuses(checkLabelValue, '-', 'a b', 'a/b', '.a', 'a'.repeat(64), 'ü');
accepts(checkConfigKey, 'a', 'key.name', 'KEY_NAME', '.hidden', '__proto__');
refuses(checkConfigKey, '', '.', '..', '..data', 'a/b', 'a b', 'a'.repeat(254));
accepts(checkPathSegment, 'a', '...', 'A b');
refuses(checkPathSegment, '.', '..', 'a/b', 'a%b');

test("messages are the API server's", (t) => {
  t.deepEqual(checkDnsLabel('A'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  t.deepEqual(checkDnsSubdomain('A'), [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  t.deepEqual(checkLabelValue('a'.repeat(64)), ['must be no more than 63 bytes']);
  t.is(checkQualifiedName('A/b')[0]?.startsWith('prefix part a lowercase RFC 1123 subdomain'), true);
  t.deepEqual(checkQualifiedName('a/').slice(0, 1), ['name part must be non-empty']);
});

test('a hostile name costs no time', (t) => {
  const name = `${'a.'.repeat(500_000)}!`;
  const taken = cpuMs(() => {
    for (const check of [checkDnsLabel, checkDnsSubdomain, checkQualifiedName, checkLabelValue, checkConfigKey]) {
      t.not(check(name).length, 0);
    }
  });
  t.true(taken < 1000, `${taken} ms`);
});
