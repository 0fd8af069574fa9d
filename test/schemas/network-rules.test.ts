/** The validation rules of Networks, as their users meet them. */
import test from 'ava';
import { network } from '../../schemas/definitions/network.ts';
import type { JsonValue } from '../../schemas/object.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const structural = compileStructural(network.schema);
const withDefaults = (spec: object) => structural.applyDefaults({ spec: spec as Record<string, JsonValue> });
const issues = (spec: object, old?: object): string[] =>
  structural
    .validate(withDefaults(spec), old && withDefaults(old))
    .map(({ path, message }) => `${path}: ${message.replace(/^Invalid value: /, '')}`)
    .filter((issue) => !issue.includes('some validation rules were not checked'));

function accepted(name: string, ...specs: readonly object[]): void {
  test(`a network is accepted: ${name}`, (t) =>
    t.deepEqual(
      specs.flatMap((spec) => issues(spec)),
      [],
    ));
}

const refused = test.macro({
  exec: (t, spec: object, ...expected: readonly string[]) => t.deepEqual(issues(spec), expected),
  title: (name) => `a network is refused: ${name ?? ''}`,
});

const subnet = (text: string, gateway?: string): object => ({
  subnets: [{ subnet: text, ...(gateway === undefined ? {} : { gateway }) }],
});
const config = { cniVersion: '1.0.0', name: 'x', plugins: [{ type: 'bridge', args: { deep: [1, { a: null }] } }] };

accepted('one that asks for nothing', {});
accepted(
  'subnets of all lengths that hold somebody',
  subnet('10.0.0.0/8'),
  subnet('10.20.30.0/30'),
  subnet('fd00::/16'),
  subnet('fd00:20::/126'),
);
accepted('one subnet of each family, with gateways', {
  subnets: [
    { subnet: 'fd00:20::/64', gateway: 'fd00:20::a' },
    { subnet: '10.20.0.0/24', gateway: '10.20.0.254' },
  ],
});
accepted(
  'a share in an interface',
  { driver: 'macvlan', parent: 'eth0', mode: 'vepa', ...subnet('192.168.1.0/24', '192.168.1.1') },
  { driver: 'ipvlan', mode: 'l3s', ...subnet('192.168.1.0/24') },
);
accepted('a raw configuration', { driver: 'cni', config });
accepted('an internal one with IPv6 and a small MTU', { internal: true, ipv6: true, mtu: 1280 }, { mtu: 68 });

const NO_CIDR = 'spec.subnets[0].subnet: a subnet is written as 10.20.0.0/24, or fd00:20::/64';
for (const text of ['10.20.0.0', '10.20.0/24', '10.20.0.0/33', '10.20.0.0/024', '::ffff:10.0.0.0/120', 'x', '']) {
  test(`the subnet ${JSON.stringify(text)}`, refused, subnet(text), NO_CIDR);
}
for (const text of ['10.20.0.1/24', 'fd00:20::1/64']) {
  test(
    `the subnet ${text}`,
    refused,
    subnet(text),
    'spec.subnets[0].subnet: a subnet has no bits behind its prefix: 10.20.0.0/24, and not 10.20.0.1/24',
  );
}
for (const text of ['10.20.0.0/31', '10.20.0.0/32', '10.0.0.0/7', 'fd00:20::/127', 'fc00::/15']) {
  test(
    `the subnet ${text}`,
    refused,
    subnet(text),
    'spec.subnets[0].subnet: a prefix is 8 to 30 bits long, for IPv6 16 to 126',
  );
}
for (const text of ['127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/8', 'fe80::/64', 'ff02::/16']) {
  test(
    `the subnet ${text}`,
    refused,
    subnet(text),
    'spec.subnets[0].subnet: a subnet is none of loopback, link-local and multicast addresses',
  );
}
for (const gateway of ['10.21.0.1', '10.20.0.0', 'fd00::1', 'x', '']) {
  test(
    `the gateway ${JSON.stringify(gateway)} of 10.20.0.0/24`,
    refused,
    subnet('10.20.0.0/24', gateway),
    'spec.subnets[0].gateway: the gateway is an address of the subnet, and not its first',
  );
}
test(
  'two subnets of one family',
  refused,
  { subnets: [{ subnet: '10.20.0.0/24' }, { subnet: '10.21.0.0/24' }] },
  'spec.subnets: give one subnet of each family at most',
);
test(
  'three subnets',
  refused,
  { subnets: [{ subnet: '10.20.0.0/24' }, { subnet: 'fd00::/64' }, { subnet: 'fd01::/64' }] },
  'spec.subnets: Too many: 3: must have at most 2 items',
);
test(
  'a driver that is none',
  refused,
  { driver: 'overlay' },
  'spec.driver: Unsupported value: "overlay": supported values: "bridge", "macvlan", "ipvlan", "cni"',
);
test(
  'driver cni without its configuration',
  refused,
  { driver: 'cni' },
  'spec.config: Required value: driver cni needs a config',
);
test('a configuration without driver cni', refused, { config }, 'spec.config: a config is for driver cni alone');
for (const [field, more] of Object.entries({ subnets: subnet('10.20.0.0/24'), mtu: { mtu: 1400 } })) {
  test(
    `driver cni with ${field}`,
    refused,
    { driver: 'cni', config, ...more },
    'spec.driver: the config says all about a network of driver cni: give no subnets, ipv6 and mtu',
  );
}
test(
  'a share in an interface without a subnet',
  refused,
  { driver: 'macvlan' },
  "spec.subnets: Required value: give the subnets of the machine's own network that containers may have addresses of",
);
test(
  'an internal share in an interface',
  refused,
  { driver: 'ipvlan', internal: true, ...subnet('192.168.1.0/24') },
  'spec.internal: only a network of driver bridge can be internal',
);
test(
  'a share in an interface with an IPv6 range that is to be picked',
  refused,
  { driver: 'macvlan', ipv6: true, ...subnet('192.168.1.0/24') },
  'spec.ipv6: an IPv6 subnet is picked for driver bridge alone: give it in subnets',
);
test('a bridge with a parent', refused, { parent: 'eth0' }, 'spec.parent: a parent is for drivers macvlan and ipvlan');
for (const [driver, mode] of [
  ['bridge', 'bridge'],
  ['macvlan', 'l2'],
  ['ipvlan', 'private'],
] as const) {
  test(
    `mode ${mode} of driver ${driver}`,
    refused,
    { driver, mode, ...subnet('192.168.1.0/24') },
    'spec.mode: mode is bridge, private, vepa or passthru for driver macvlan, and l2, l3 or l3s for driver ipvlan',
  );
}
test(
  'IPv6 in packets that are too small',
  refused,
  { ipv6: true, mtu: 1279 },
  'spec.mtu: IPv6 needs an mtu of 1280 at least',
);
test(
  'an MTU that no kernel takes',
  refused,
  { mtu: 67 },
  'spec.mtu: 67: spec.mtu in body should be greater than or equal to 68',
);

const FIXED = 'Forbidden: only `internal` can change: make another Network and move the containers';
const shared = { driver: 'macvlan', ...subnet('192.168.1.0/24') };
for (const [field, old, spec] of [
  ['driver', shared, { ...shared, driver: 'ipvlan' }],
  ['subnets', {}, subnet('10.20.0.0/24')],
  ['subnets', subnet('10.20.0.0/24'), subnet('10.21.0.0/24')],
  ['subnets', subnet('10.20.0.0/24'), {}],
  ['ipv6', {}, { ipv6: true }],
  ['mtu', {}, { mtu: 1400 }],
  ['mtu', { mtu: 1400 }, { mtu: 1401 }],
  ['parent', { ...shared, parent: 'a' }, { ...shared, parent: 'b' }],
  ['mode', shared, { ...shared, mode: 'vepa' }],
] as const) {
  test(`${field} is fixed: ${JSON.stringify(old)} to ${JSON.stringify(spec)}`, (t) => {
    t.deepEqual(issues(spec, old), [`spec.${field}: ${FIXED}`]);
    t.deepEqual(issues(old, old), []);
  });
}

test('a network becomes internal and stops being so, and is claimed by a machine once', (t) => {
  t.deepEqual(issues({ internal: true }, {}), []);
  t.deepEqual(issues({}, { internal: true }), []);
  t.deepEqual(issues({ nodeName: 'a' }, {}), []);
  t.deepEqual(issues({ nodeName: 'b' }, { nodeName: 'a' }), [
    'spec.nodeName: Forbidden: nodeName is fixed once it is set',
  ]);
});
