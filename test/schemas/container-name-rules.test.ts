/** What of hosts and resolvers is refused, as their users meet it. */
import test from 'ava';
import { container } from '../../schemas/definitions/container.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const structural = compileStructural(container.schema);
const issues = (spec: object): string[] =>
  structural
    .validate(structural.applyDefaults({ spec: { image: 'busybox', ...spec } }))
    .map(({ path, message }) => `${path}: ${message.replace(/^Invalid value: /, '')}`)
    .filter((issue) => !issue.includes('some validation rules were not checked'));

const alias = (ip: string, ...hostnames: string[]): object => ({ hostAliases: [{ ip, hostnames }] });
const resolver = {
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['192.0.2.1', '2001:db8::1'], options: [{ name: 'edns0' }] },
};

for (const [title, spec] of Object.entries({
  'names of an address': alias('192.0.2.1', 'db', 'my_DB.example'),
  'names of an IPv6 address': alias('2001:db8::1', 'db'),
  'names of this machine': alias('host-gateway', 'host.docker.internal'),
  'resolvers alone': resolver,
  'the resolvers of the machine': { dnsPolicy: 'Default', dnsConfig: { searches: ['svc.local'] } },
})) {
  test(`accepted: ${title}`, (t) => t.deepEqual(issues(spec), []));
}

const shared = { networkMode: 'container:db' };
const theirs = /^spec\.networkMode: hosts and resolvers are those of the container whose network it is/;

for (const [title, spec, expected] of [
  ['a name in the place of an address', alias('gateway', 'db'), /^spec\.hostAliases\[0\]\.ip: .*it is no address/],
  ['no name', alias('192.0.2.1'), /^spec\.hostAliases\[0\]\.hostnames/],
  ['a name that is two', alias('192.0.2.1', 'a b'), /^spec\.hostAliases\[0\]\.hostnames\[0\]/],
  ['a name that begins another line', alias('192.0.2.1', 'a\nb'), /hostnames/],
  ['no resolver at all', { dnsPolicy: 'None' }, /^spec\.dnsConfig: dnsPolicy None needs dnsConfig\.nameservers/],
  ['a resolver by name', { dnsConfig: { nameservers: ['dns.example'] } }, /nameservers\[0\]: .*it is no address/],
  ['a policy that there is not', { dnsPolicy: 'ClusterFirstWithHostNet' }, /^spec\.dnsPolicy/],
  ['hosts in the network of another', { ...shared, ...alias('192.0.2.1', 'db') }, theirs],
  ['resolvers in the network of another', { ...shared, ...resolver }, theirs],
] as const) {
  test(`refused: ${title}`, (t) => {
    const found = issues(spec);
    t.is(found.length, 1, found.join('\n'));
    t.regex(found[0] ?? '', expected);
  });
}
