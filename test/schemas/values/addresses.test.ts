import test from 'ava';
import * as fc from 'fast-check';
import {
  containsAddress,
  formatAddress,
  formatCidr,
  lastAddress,
  masked,
  overlap,
  parseAddress,
  parseCidr,
  sizeOf,
  type Cidr,
} from '../../../schemas/values/addresses.ts';

const range = (text: string): Cidr => {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no range`);
  return cidr;
};

const anyCidr = fc.constantFrom(4 as const, 6 as const).chain((family) =>
  fc.record({
    family: fc.constant(family),
    bits: fc.bigInt({ min: 0n, max: (1n << BigInt(sizeOf(family))) - 1n }),
    length: fc.integer({ min: 0, max: sizeOf(family) }),
  }),
);

test('what is written is read again as it was', (t) => {
  fc.assert(
    fc.property(
      anyCidr.filter(({ bits, family }) => family === 4 || bits >> 32n !== 0xffffn),
      (cidr) => {
        t.deepEqual(range(formatCidr(cidr)), cidr);
      },
    ),
  );
});

test('addresses are written in their canonical form', (t) => {
  const texts = ['10.208.3.1', 'fd00::1', '::', '::1', 'fd00:0:0:1::', 'fd00:1:2:3:4:5:6:7'];
  for (const text of texts) t.is(formatAddress(parseAddress(text) ?? t.fail()), text);
  t.is(formatAddress(parseAddress('FD00:0:0:0:0:0:0:A') ?? t.fail()), 'fd00::a');
});

test('what is no address or no range is refused', (t) => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    'x',
  ]) {
    t.is(parseAddress(text), undefined, text);
  }
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/', 'fd00::/129', '/8', '10.0.0.0/8/8']) {
    t.is(parseCidr(text), undefined, text);
  }
});

test('ranges overlap when they have an address in common, which both sides agree on', (t) => {
  const overlapping = (a: string, b: string): boolean => overlap(range(a), range(b));
  t.true(overlapping('10.0.0.0/8', '10.1.2.0/24'));
  t.true(overlapping('0.0.0.0/0', '10.1.2.0/24'));
  t.false(overlapping('10.1.2.0/24', '10.1.3.0/24'));
  t.false(overlapping('0.0.0.0/0', '::/0'));
  fc.assert(
    fc.property(anyCidr, anyCidr, (a, b) => {
      t.is(overlap(a, b), overlap(b, a));
      t.is(overlap(a, b), containsAddress(a, masked(b)) || containsAddress(b, masked(a)));
      t.true(overlap(a, a));
    }),
  );
});

test('a range goes from its first address to its last', (t) => {
  t.is(formatAddress(masked(range('10.1.2.3/24'))), '10.1.2.0');
  t.is(formatAddress(lastAddress(range('10.1.2.3/24'))), '10.1.2.255');
  t.is(formatAddress(lastAddress(range('fd00::/126'))), 'fd00::3');
  t.true(containsAddress(range('10.1.2.0/24'), lastAddress(range('10.1.2.0/24'))));
});
