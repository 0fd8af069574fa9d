import test from 'ava';
import type { NamedHost, NameTable } from '../../../runtime/ports/netd.ts';
import { answerOf, reverseAddress, type Verdict } from '../../../runtime/netd/program/answer.ts';
import { NameIndex } from '../../../runtime/netd/program/name-index.ts';

const place = (network: string, addresses: readonly string[], names: readonly string[] = []) => ({
  network,
  addresses,
  names,
});
const hostNamed = (name: string, places: NamedHost['places'], ready = true): NamedHost => ({
  namespace: 'shop',
  name,
  places,
  ready,
});

const table: NameTable = {
  networks: [
    { uid: 'a', namespace: 'shop', gateways: ['10.1.0.1'], subnets: ['10.1.0.0/24', 'fd00:1::/64'], internal: false },
    { uid: 'b', namespace: 'shop', gateways: ['10.2.0.1'], subnets: ['10.2.0.0/24'], internal: false },
  ],
  hosts: [
    hostNamed('web', [place('a', ['10.1.0.5', 'fd00:1:0::5'], ['www', 'Shared'])]),
    hostNamed('db', [place('b', ['10.2.0.6'])]),
    hostNamed('both', [place('a', ['10.1.0.7'], ['shared']), place('b', ['10.2.0.7'])]),
    hostNamed('late', [place('a', ['10.1.0.8'])], false),
  ],
};
const index = new NameIndex();
index.setNetworks(table.networks);
for (const [id, host] of table.hosts.entries()) index.put(id, host);

function ask(from: string, name: string, type = 'A', turn = 0): Verdict | 'stranger' {
  const networks = index.networksOf(from);
  return networks ? answerOf({ name, type }, { index, networks, serves: ({ ready }) => ready, turn }) : 'stranger';
}
const addresses = (verdict: Verdict | 'stranger'): readonly string[] | string =>
  typeof verdict === 'string'
    ? verdict
    : verdict.kind === 'answer'
      ? verdict.records.map(({ data }) => data)
      : verdict.kind;

const rows: readonly (readonly [
  title: string,
  from: string,
  name: string,
  type: string,
  told: readonly string[] | string,
])[] = [
  ['a host is found by its name', '10.1.0.7', 'web', 'A', ['10.1.0.5']],
  ['letters of any case and a dot at the end are the same name', '10.1.0.7', 'WEB.', 'A', ['10.1.0.5']],
  ['with its namespace', '10.1.0.7', 'web.shop', 'A', ['10.1.0.5']],
  ['by a further name', '10.1.0.7', 'www', 'AAAA', ['fd00:1::5']],
  ['asked for all, it tells both families', '10.1.0.7', 'web', 'ANY', ['10.1.0.5', 'fd00:1::5']],
  ['a name without an address of that family is known', '10.2.0.7', 'db', 'AAAA', []],
  ['a name that has other records elsewhere is known', '10.2.0.7', 'db', 'MX', []],
  ['a host that is not ready has no address', '10.1.0.7', 'late', 'A', []],
  ['names of networks that the asker is not in are none of ours', '10.1.0.5', 'db', 'A', 'forward'],
  ['an asker in two networks knows names of both', '10.1.0.7', 'db', 'A', ['10.2.0.6']],
  ['the asker himself', '10.2.0.7', 'both', 'A', ['10.1.0.7', '10.2.0.7']],
  ['an address that nobody has asks for names of its subnet', '10.2.0.99', 'both', 'A', ['10.2.0.7']],
  ['other names are none of ours', '10.1.0.5', 'example.org', 'A', 'forward'],
  ['who is in no network is a stranger', '192.0.2.1', 'web', 'A', 'stranger'],
  ['an address has a name', '10.1.0.7', '5.0.1.10.in-addr.arpa', 'PTR', ['web.shop']],
  ['an IPv6 address has one, too', '10.1.0.7', `5.${'0.'.repeat(23)}1.0.0.0.0.0.d.f.ip6.arpa`, 'PTR', ['web.shop']],
  ['an address of ours that nobody has is nobody', '10.1.0.7', '99.0.1.10.in-addr.arpa', 'PTR', 'unknown'],
  ['an address of another network is none of ours', '10.1.0.5', '6.0.2.10.in-addr.arpa', 'PTR', 'forward'],
];
for (const [title, from, name, type, told] of rows) {
  test(`${title}: ${type} of ${name.slice(0, 30)} for ${from}`, (t) => {
    t.deepEqual(addresses(ask(from, name, type)), told);
  });
}

test('several hosts of one name take turns in being first', (t) => {
  t.deepEqual(addresses(ask('10.1.0.5', 'shared', 'A', 0)), ['10.1.0.5', '10.1.0.7']);
  t.deepEqual(addresses(ask('10.1.0.5', 'shared', 'A', 1)), ['10.1.0.7', '10.1.0.5']);
});

test('names that only look like addresses backwards are none', (t) => {
  t.is(reverseAddress('300.0.1.10.in-addr.arpa'), undefined);
  t.is(reverseAddress('1.10.in-addr.arpa'), undefined);
  t.is(reverseAddress('1.0.ip6.arpa'), undefined);
});
