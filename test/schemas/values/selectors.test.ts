import test from 'ava';
import * as fc from 'fast-check';
import {
  escapeFieldValue,
  formatFieldSelector,
  formatLabelSelector,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  requiredFieldValue,
  SelectorError,
} from '../../../schemas/values/selectors.ts';

for (const [text, labels, expected] of [
  ['', {}, true],
  ['  ', {}, true],
  ['a=b', { a: 'b' }, true],
  ['a==b', { a: 'b' }, true],
  ['a=b', { a: 'c' }, false],
  ['a=b', {}, false],
  ['a=', { a: '' }, true],
  ['a=,b', { a: '', b: '' }, true],
  ['a!=b', {}, true],
  ['a!=b', { a: 'b' }, false],
  ['a in (b, c)', { a: 'c' }, true],
  ['a in (b,c)', {}, false],
  ['a in ()', { a: '' }, true],
  ['a in (,x)', { a: '' }, true],
  ['a notin (b,c)', {}, true],
  ['a notin (b,c)', { a: 'b' }, false],
  ['a', { a: 'x' }, true],
  ['!a', { a: 'x' }, false],
  ['! a', {}, true],
  ['in', { in: 'x' }, true],
  ['in in (in,notin)', { in: 'notin' }, true],
  ['a>3', { a: '10' }, true],
  ['a<3', { a: '-1' }, true],
  ['a>3', { a: 'x' }, false],
  ['toString', {}, false],
  ['app.kubernetes.io/name=web,tier', { 'app.kubernetes.io/name': 'web', tier: '1' }, true],
] as const) {
  test(`labels ${JSON.stringify(labels)} ${expected ? 'meet' : 'do not meet'} ${JSON.stringify(text)}`, (t) => {
    t.is(matchesLabels(parseLabelSelector(text), labels), expected);
    t.is(matchesLabels(parseLabelSelector(formatLabelSelector(parseLabelSelector(text))), labels), expected);
  });
}

for (const [text, message] of [
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['=b', "found '=', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a,,b', "found ',', expected: identifier after ','"],
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['a=(', "unable to parse requirement: found '(', expected: identifier"],
] as const) {
  test(`label selector ${JSON.stringify(text)} is refused in the API server's words`, (t) => {
    t.throws(() => parseLabelSelector(text), { instanceOf: SelectorError, message });
  });
}

test('keys and values of a label selector are checked like labels', (t) => {
  t.throws(() => parseLabelSelector('-a=b'), {
    message: /^unable to parse requirement: <nil>: Invalid value: "-a": name/,
  });
  t.throws(() => parseLabelSelector('a=$'), {
    message: /requirement: values\[0\]\[a\]: Invalid value: "\$": a valid label/,
  });
  t.throws(() => parseLabelSelector('a>x'), { message: /values\[0\]: Invalid value: "x": for 'Gt', 'Lt' operators/ });
});

test('requirements are data, sorted by key', (t) => {
  t.deepEqual(parseLabelSelector('b=2,a!=1,!c'), [
    { key: 'a', operator: 'NotIn', values: ['1'] },
    { key: 'b', operator: 'In', values: ['2'] },
    { key: 'c', operator: 'DoesNotExist' },
  ]);
});

test('no text crashes the label parser', (t) => {
  const unit = fc.constantFrom('a', 'in', 'notin', ' ', '=', '!', '(', ')', ',', '<', '>', '1', '-');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
      try {
        const selector = parseLabelSelector(text);
        t.deepEqual(parseLabelSelector(formatLabelSelector(selector)), selector);
      } catch (error) {
        t.true(error instanceof SelectorError, text);
      }
    }),
  );
});

const fields = { 'metadata.name': 'web', 'status.phase': 'Running' } as Record<string, string>;
const fieldOf = (field: string): string => fields[field] ?? '';

for (const [text, expected] of [
  ['', true],
  ['metadata.name=web', true],
  ['metadata.name==web', true],
  ['metadata.name!=web', false],
  ['metadata.name=web,status.phase!=Failed', true],
  ['metadata.name=other', false],
  ['spec.nodeName=', true],
  [',metadata.name=web,', true],
] as const) {
  test(`the object ${expected ? 'meets' : 'does not meet'} field selector ${JSON.stringify(text)}`, (t) => {
    t.is(matchesFields(parseFieldSelector(text), fieldOf), expected);
  });
}

test('field selectors that cannot be read are refused', (t) => {
  t.throws(() => parseFieldSelector('metadata.name'), {
    instanceOf: SelectorError,
    message: "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
  });
  t.throws(() => parseFieldSelector('a=b\\x'), { message: 'invalid field selector: invalid escape sequence: \\x' });
  t.throws(() => parseFieldSelector('a=b\\'), { message: /invalid escape sequence/ });
  t.throws(() => parseFieldSelector('a=b=c'), { message: /unescaped character in value: =/ });
});

test('any value can be asked for when it is escaped', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '=', '\\', '!', ' ', '\n') }), (value) => {
      const selector = parseFieldSelector(`a=${escapeFieldValue(value)},b!=c`);
      t.deepEqual(selector, [
        { field: 'a', operator: 'Equals', value },
        { field: 'b', operator: 'NotEquals', value: 'c' },
      ]);
      t.deepEqual(parseFieldSelector(formatFieldSelector(selector)), selector);
    }),
  );
});

test('an equality can be taken out for a read by key', (t) => {
  const selector = parseFieldSelector('metadata.name=web,status.phase!=Failed');
  t.is(requiredFieldValue(selector, 'metadata.name'), 'web');
  t.is(requiredFieldValue(selector, 'status.phase'), undefined);
});
