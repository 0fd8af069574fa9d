import test from 'ava';
import * as fc from 'fast-check';
import {
  compareQuantities,
  formatQuantity,
  isQuantity,
  parseQuantity,
  QuantityError,
  quantityMillis,
  quantityValue,
} from '../../../schemas/values/quantity.ts';

// Spellings on the right are those of Kubernetes' own Quantity.String() after a round through canonical form.
for (const [text, canonical] of [
  ['0', '0'],
  ['0Ki', '0'],
  ['1', '1'],
  ['1.0', '1'],
  ['0.5', '500m'],
  ['.5', '500m'],
  ['5.', '5'],
  ['1500m', '1500m'],
  ['1.5Gi', '1536Mi'],
  ['1024', '1024'],
  ['1024Ki', '1Mi'],
  ['1023Ki', '1023Ki'],
  ['100000', '100k'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['12e6', '12e6'],
  ['1E', '1E'],
  ['0.5Ki', '512'],
  ['0.1Ki', '102400m'],
  ['-2Gi', '-2Gi'],
  ['+3', '3'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['100m', '100m'],
  ['1e-3', '1e-3'],
  ['9223372036854775807', '9223372036854775807'],
  ['99Ei', '9223372036854775807'],
] as const) {
  test(`quantity ${text} is written ${canonical}`, (t) => {
    t.is(formatQuantity(parseQuantity(text)), canonical);
  });
}

for (const text of ['', '1 Gi', 'Gi', '.', '1KB', '1ki', '1mi', '--1', '1e', 'NaN', '0x10', '1_000', '1e99999', 'é']) {
  test(`${JSON.stringify(text)} is no quantity`, (t) => {
    t.throws(() => parseQuantity(text), { instanceOf: QuantityError, message: /^invalid quantity ".*write it like/ });
    t.false(isQuantity(text));
  });
}

test('a hostile quantity costs nothing', (t) => {
  t.throws(() => parseQuantity('9'.repeat(1e6)), { instanceOf: QuantityError });
  t.is(quantityValue('1e9999'), Number.MAX_SAFE_INTEGER);
  t.is(quantityMillis('1e-9999'), 1);
});

test('bare numbers are quantities', (t) => {
  t.is(quantityValue(2), 2);
  t.is(quantityValue(2n), 2);
  t.is(quantityMillis(0.25), 250);
  t.is(quantityMillis(1e-7), 1);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, {}, null, undefined, true]) t.false(isQuantity(value));
});

test('bytes and thousandths round up', (t) => {
  t.is(quantityValue('64Mi'), 67_108_864);
  t.is(quantityValue('1100m'), 2);
  t.is(quantityMillis('500m'), 500);
  t.is(quantityMillis('1'), 1000);
  t.is(quantityMillis('0.1m'), 1);
  t.is(quantityValue('-1500m'), -2);
});

test('quantities compare by amount and not by spelling', (t) => {
  const compare = (a: string, b: string): number => compareQuantities(parseQuantity(a), parseQuantity(b));
  t.is(compare('1Ki', '1024'), 0);
  t.is(compare('1Ki', '1k'), 1);
  t.is(compare('999m', '1'), -1);
});

const quantities = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.nat(1e9),
    fc.nat(999),
    fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-2'),
  )
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}.${fraction}${suffix}`);

test('the canonical form means the same and is a fixed point', (t) => {
  fc.assert(
    fc.property(quantities, (text) => {
      const quantity = parseQuantity(text);
      const canonical = formatQuantity(quantity);
      const again = parseQuantity(canonical);
      const rounded = quantity.format === 'BinarySI' && !canonical.endsWith('m');
      if (!rounded) t.is(again.nanos, quantity.nanos, text);
      t.is(formatQuantity(again), canonical, text);
    }),
  );
});
