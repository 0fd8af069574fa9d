import test from 'ava';
import * as fc from 'fast-check';
import { pickIPv4, pickIPv6 } from '../../../controllers/network/pick.ts';
import { planSubnets, type Surroundings } from '../../../controllers/network/plan.ts';
import { RangeBook } from '../../../controllers/network/range-book.ts';
import type { Network } from '../../../schemas/gen/types.ts';
import { formatCidr, masked, overlap, parseCidr, type Cidr } from '../../../schemas/values/addresses.ts';

const range = (text: string): Cidr => {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no range`);
  return cidr;
};

/** In and around what networks are picked from. */
const anyRange = fc.oneof(
  fc
    .record({ bits: fc.integer({ min: 0x0ac00000, max: 0x0aefffff }), length: fc.integer({ min: 10, max: 32 }) })
    .map(({ bits, length }) => masked({ family: 4, bits: BigInt(bits), length })),
  fc
    .record({ bits: fc.bigInt({ min: 0n, max: (1n << 120n) - 1n }), length: fc.integer({ min: 8, max: 128 }) })
    .map(({ bits, length }) => masked({ family: 6, bits: (0xfdn << 120n) | bits, length })),
);
const uid = fc.uuid();

test('a book finds just what overlaps, whatever was added and taken away', (t) => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 40 }), fc.array(anyRange, { maxLength: 10 }), (ranges, questions) => {
      const book = new RangeBook<string>();
      const kept: Cidr[] = [];
      for (const [index, one] of ranges.entries()) {
        const free = kept.every((other) => !overlap(one, other));
        t.is(book.add(one, formatCidr(one)), free);
        if (free) kept.push(one);
        if (index % 5 === 4) {
          const gone = kept.shift();
          if (gone !== undefined) book.delete(gone, (holder) => holder === formatCidr(gone));
        }
      }
      for (const question of [...questions, ...kept]) {
        const expected = kept.filter((one) => overlap(one, question)).map(formatCidr);
        t.deepEqual(book.overlapping(question).toSorted(), expected.toSorted());
      }
    }),
  );
});

test('a book of ranges that overlap keeps the widest, and still tells all that is taken', (t) => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 40 }), anyRange, (ranges, question) => {
      const book = RangeBook.of(ranges.map((one) => [one, formatCidr(one)] as const));
      t.is(
        book.overlapping(question).length > 0,
        ranges.some((one) => overlap(one, question)),
      );
    }),
  );
});

const around = (book: RangeBook<string>, more: Partial<Surroundings> = {}): Surroundings => ({
  network: (asked) => book.overlapping(asked)[0],
  machine: () => undefined,
  attached: false,
  storeIdentity: 'store',
  ...more,
});
const network = (own: string, spec: Network['spec'] = {}): Pick<Network, 'spec' | 'metadata'> => ({
  spec,
  metadata: { name: 'net', namespace: 'default', uid: own, resourceVersion: '1', creationTimestamp: '' },
});

test('what is picked overlaps nothing, lies in its pool, and is kept from then on', (t) => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 40 }), uid, (taken, own) => {
      const book = RangeBook.of(taken.map((one) => [one, formatCidr(one)] as const));
      const plan = planSubnets(network(own, { ipv6: true }), [], around(book));
      if (plan.type !== 'allocate') {
        t.is(plan.type, 'blocked');
        return;
      }
      const [v4, v6] = plan.subnets.map(({ subnet }) => range(subnet));
      t.true(v4 && v6 && overlap(v4, range('10.208.0.0/12')) && v4.length === 24 && v6.length === 64);
      for (const one of taken) t.false(v4 && v6 && (overlap(v4, one) || overlap(v6, one)));
      t.deepEqual(planSubnets(network(own, { ipv6: true }), plan.subnets, around(book)), {
        type: 'keep',
        subnets: plan.subnets,
      });
    }),
  );
});

test('4,096 networks get a range each, and the next one none', (t) => {
  const book = new RangeBook<string>();
  const isFree = (asked: Cidr): boolean => book.overlapping(asked).length === 0;
  for (let number = 0; number < 4096; number += 1) {
    const found = pickIPv4(`uid-${number}`, isFree);
    t.true(found !== undefined && book.add(found, 'x'));
  }
  t.is(pickIPv4('one-more', isFree), undefined);
});

test('IPv6 ranges of one store lie in one /48, of another store in another one', (t) => {
  const pick = (store: string, own: string): string => formatCidr(pickIPv6(store, own, () => true) ?? t.fail());
  const site = (text: string): string => formatCidr(masked({ ...range(text), length: 48 }));
  t.is(site(pick('a', 'one')), site(pick('a', 'two')));
  t.not(pick('a', 'one'), pick('a', 'two'));
  t.not(site(pick('a', 'one')), site(pick('b', 'one')));
  t.true(overlap(range(pick('a', 'one')), range('fd00::/8')));
});

const asked = (subnet: string, gateway?: string): Network['spec'] => ({
  driver: 'bridge',
  subnets: [{ subnet, ...(gateway === undefined ? {} : { gateway }) }],
});
const nobody = around(new RangeBook<string>());

test('what is asked for is given as it is, the first address being the gateway', (t) => {
  t.deepEqual(planSubnets(network('u', asked('10.20.0.0/24')), [], nobody), {
    type: 'allocate',
    subnets: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.1' }],
  });
  const both: Network['spec'] = {
    subnets: [
      { subnet: 'FD00:0::/64', gateway: 'fd00::000a' },
      { subnet: '10.20.0.0/24', gateway: '10.20.0.9' },
    ],
  };
  const subnets = [
    { subnet: '10.20.0.0/24', gateway: '10.20.0.9' },
    { subnet: 'fd00::/64', gateway: 'fd00::a' },
  ];
  t.deepEqual(planSubnets(network('u', both), [], nobody), { type: 'allocate', subnets });
  t.deepEqual(planSubnets(network('u', both), subnets, nobody), { type: 'keep', subnets });
});

test('only the families that are asked for are there', (t) => {
  const families = (spec: Network['spec']): string => {
    const plan = planSubnets(network('u', spec), [], nobody);
    return plan.type === 'allocate' ? plan.subnets.map(({ subnet }) => String(range(subnet).family)).join() : plan.type;
  };
  t.is(families({}), '4');
  t.is(families({ ipv6: true }), '4,6');
  t.is(families({ subnets: [{ subnet: 'fd00::/64' }] }), '6');
  t.is(families({ subnets: [{ subnet: '10.20.0.0/24' }], ipv6: true }), '4,6');
  t.is(families({ subnets: [{ subnet: 'fd00::/64' }], ipv6: true }), '6');
  t.is(families({ driver: 'cni' }), 'keep');
});

test('a range that another has is refused by the name of who has it', (t) => {
  const taken = { network: () => 'network a/b', machine: () => '10.20.0.0/16 (route via eth0)' };
  const blocked = (message: string) => ({ type: 'blocked', reason: 'SubnetOverlap', message });
  const spec = asked('10.20.0.0/24');
  t.deepEqual(
    planSubnets(network('u', spec), [], { ...nobody, ...taken }),
    blocked('10.20.0.0/24 overlaps network a/b'),
  );
  t.deepEqual(
    planSubnets(network('u', spec), [], { ...nobody, machine: taken.machine }),
    blocked('10.20.0.0/24 overlaps 10.20.0.0/16 (route via eth0)'),
  );
  const share: Network['spec'] = { ...spec, driver: 'macvlan' };
  t.is(planSubnets(network('u', share), [], { ...nobody, machine: taken.machine }).type, 'allocate');
  t.is(planSubnets(network('u', share), [], { ...nobody, network: taken.network }).type, 'blocked');
});

test('a picked range moves from under a new route while nobody is attached, and one that was asked for stays', (t) => {
  const had = [{ subnet: '10.208.7.0/24', gateway: '10.208.7.1' }];
  const machine = (asked: Cidr): string | undefined =>
    overlap(asked, range('10.208.0.0/16')) ? '10.208.0.0/16 (route via tun0)' : undefined;
  const moved = planSubnets(network('u'), had, { ...nobody, machine });
  t.is(moved.type, 'move');
  if (moved.type === 'move') {
    t.false(overlap(range(moved.subnets[0]?.subnet ?? ''), range('10.208.0.0/16')));
    t.is(moved.collision, '10.208.7.0/24 overlaps 10.208.0.0/16 (route via tun0)');
  }
  t.deepEqual(planSubnets(network('u'), had, { ...nobody, machine, attached: true }), {
    type: 'keep',
    subnets: had,
    collision: '10.208.7.0/24 overlaps 10.208.0.0/16 (route via tun0)',
  });
  t.deepEqual(planSubnets(network('u', asked('10.208.7.0/24')), had, { ...nobody, machine }), {
    type: 'keep',
    subnets: had,
  });
});

test('where all is taken the reason says so', (t) => {
  const full = { ...nobody, machine: () => '0.0.0.0/1 (route)' };
  t.like(planSubnets(network('u'), [], full), { type: 'blocked', reason: 'NoFreeSubnet' });
  t.like(
    planSubnets(network('u', { ...asked('10.20.0.0/24'), ipv6: true }), [], {
      ...nobody,
      network: (one) => (one.family === 6 ? 'x' : undefined),
    }),
    {
      type: 'blocked',
      reason: 'NoFreeSubnet',
    },
  );
});

for (const [spec, message] of [
  [
    asked('10.20.0.0/24', '10.20.0.255'),
    'spec.subnets[0].gateway: 10.20.0.255 is the broadcast address of 10.20.0.0/24',
  ],
  [
    asked('10.20.0.0/24', '10.21.0.1'),
    'spec.subnets[0].gateway: "10.21.0.1" is no address of 10.20.0.0/24, or its first',
  ],
  [
    asked('10.20.0.0/24', '10.20.0.0'),
    'spec.subnets[0].gateway: "10.20.0.0" is no address of 10.20.0.0/24, or its first',
  ],
  [asked('x'), 'spec.subnets[0].subnet: "x" is no range of addresses'],
] as const) {
  test(`what no server of ours checked is refused: ${message}`, (t) => {
    t.deepEqual(planSubnets(network('u', spec), [], nobody), { type: 'invalid', message });
  });
}
