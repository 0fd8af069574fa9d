import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import type { Sandboxes, SandboxSpec } from '../../../runtime/ports/sandboxes.ts';
import { bridge } from '../../suites/networks.ts';
import { openWorld, type NetworkWorld } from './world.ts';

const spec = (name: string, networks: readonly NetworkSpec[]): SandboxSpec => ({
  id: `${name}.0`,
  ownerUid: name,
  mode: 'cni',
  hostname: name,
  attachments: networks.map(({ uid }) => ({ network: uid })),
});

async function ensureAll(sandboxes: Sandboxes, names: readonly string[], networks: readonly NetworkSpec[]) {
  return await Promise.all(names.map((name) => sandboxes.ensure(spec(name, networks))));
}

const routes = async (world: NetworkWorld, netns = ''): Promise<readonly string[]> =>
  (await Promise.all(['-4 route', '-6 route'].map((args) => world.ip(`${args} list default`, netns))))
    .flatMap((text) => text.split('\n'))
    .map((line) => /^default via \S+ dev \S+/.exec(line)?.[0] ?? '')
    .filter(Boolean);

test('a sandbox costs one program for its namespace and one plugin for each interface, and nothing the next time', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  t.deepEqual(world.programs(), {});
  await sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
  t.deepEqual(world.programs(), { unshare: 1, cni: 2 });
  const record = join(world.path, 'data/sandboxes/web.0.json');
  const { mtimeMs } = await stat(record);
  await sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
  const next = await world.again();
  await next.networks.ensure(bridge(1));
  t.deepEqual(await next.networks.repair(), []);
  const found = await next.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
  t.deepEqual(world.programs(), { unshare: 1, cni: 2 });
  t.is((await stat(record)).mtimeMs, mtimeMs);
  t.deepEqual(next.placeOf('web.0')?.attachments[1], {
    ...(found.attachments[1] ?? t.fail()),
    driver: 'bridge',
    internal: false,
    subnets: bridge(2).subnets,
  } as never);
});

test('a process in one sandbox reaches one in another, over both families, by the addresses that were answered', async (t) => {
  await using world = await openWorld();
  await world.networks.ensure(bridge(1));
  const [one, two] = await ensureAll(world.sandboxes, ['one', 'two'], [bridge(1)]);
  for (const address of two?.attachments[0]?.addresses ?? []) {
    await world.host.run('nsenter', [`--net=${one?.netnsPath}`, 'busybox', 'ping', '-c', '1', '-W', '5', address]);
    const neighbours = await world.ip(`neigh show ${address}`, one?.netnsPath);
    t.regex(neighbours, new RegExp(`lladdr ${two?.attachments[0]?.mac}`));
  }
});

test('many that come at once never share an address, and what they leave behind is nothing', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  const names = Array.from({ length: 13 }, (_, index) => `web-${index}`);
  const all = await ensureAll(sandboxes, names, [bridge(1), bridge(2)]);
  const addresses = all.flatMap(({ attachments }) => attachments.flatMap((one) => one.addresses));
  t.is(new Set(addresses).size, 4 * names.length);
  const error = await t.throwsAsync(sandboxes.ensure(spec('more', [bridge(1)])), { instanceOf: RuntimeError });
  t.is(error.reason, 'NoFreeAddress');
  await Promise.all(names.map((name) => sandboxes.remove(`${name}.0`)));
  t.deepEqual(await sandboxes.list(), []);
  for (const number of [1, 2]) await networks.remove(bridge(number).uid);
  t.deepEqual(await world.leftovers(), []);
});

test('an address that was given back is not given at once to somebody else', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  await networks.ensure(bridge(1));
  const first = await sandboxes.ensure(spec('one', [bridge(1)]));
  await sandboxes.remove('one.0');
  const second = await sandboxes.ensure(spec('two', [bridge(1)]));
  t.notDeepEqual(second.attachments[0]?.addresses, first.attachments[0]?.addresses);
});

test('the first network that leads out has the default routes, also when networks come and go', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  const ipv4 = bridge(2, { subnets: bridge(2).subnets.slice(0, 1) });
  const inner = bridge(3, { internal: true });
  for (const network of [bridge(1), ipv4, inner]) await networks.ensure(network);
  const { netnsPath } = await sandboxes.ensure(spec('web', [inner]));
  t.deepEqual(await routes(world, netnsPath), []);
  await sandboxes.ensure(spec('web', [inner, bridge(1)]));
  const viaFirst = ['default via 10.209.1.1 dev eth1', 'default via fd12:3456:789a:1::1 dev eth1'];
  t.deepEqual(await routes(world, netnsPath), viaFirst);
  await sandboxes.ensure(spec('web', [ipv4, inner, bridge(1)]));
  t.deepEqual(await routes(world, netnsPath), ['default via 10.209.2.1 dev eth2', viaFirst[1]]);
  await sandboxes.ensure(spec('web', [bridge(1), ipv4, inner]));
  t.deepEqual(await routes(world, netnsPath), viaFirst);
  await sandboxes.ensure(spec('web', [ipv4, inner]));
  t.deepEqual(await routes(world, netnsPath), ['default via 10.209.2.1 dev eth2']);
  const programs = world.programs();
  await sandboxes.ensure(spec('web', [ipv4, inner]));
  t.deepEqual(world.programs(), programs);
});

test('files say where it is and whom to ask, and follow its networks in place', async (t) => {
  const held = new Set<string>();
  await using world = await openWorld({
    dnsProblem: (gateway) => (held.has(gateway) ? `${gateway} is held` : undefined),
  });
  const { networks, sandboxes } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  const { hostsPath, resolvConfPath, attachments } = await sandboxes.ensure(spec('web', [bridge(1)]));
  const [ipv4, ipv6] = attachments[0]?.addresses ?? [];
  const { ino } = await stat(hostsPath);
  t.true((await readFile(hostsPath, 'utf8')).endsWith(`${ipv4}\tweb\n${ipv6}\tweb\n`));
  t.is(await readFile(resolvConfPath, 'utf8'), 'nameserver 10.209.1.1\nsearch example.org\noptions ndots:0\n');
  await sandboxes.ensure(spec('web', [bridge(2), bridge(1)]));
  t.is((await stat(hostsPath)).ino, ino);
  t.regex(await readFile(hostsPath, 'utf8'), /10\.209\.2\.\d+\tweb\n/);
  t.regex(await readFile(resolvConfPath, 'utf8'), /^nameserver 10\.209\.2\.1\n/);
  held.add('10.209.2.1').add('fd12:3456:789a:2::1');
  const { dns } = await networks.ensure(bridge(2));
  t.like(dns, { available: false, reason: 'DNSPortTaken' });
  t.regex(dns.message, /10\.209\.2\.1 is held/);
  await sandboxes.ensure(spec('web', [bridge(2), bridge(1)]));
  t.regex(await readFile(resolvConfPath, 'utf8'), /^nameserver 10\.209\.1\.1\n/);
  await sandboxes.ensure(spec('web', [bridge(2)]));
  t.is(await readFile(resolvConfPath, 'utf8'), 'nameserver 192.0.2.53\nsearch example.org\n');
});

test('where the machine asks itself for names, sandboxes ask whom it asks', async (t) => {
  await using world = await openWorld({ dnsProblem: () => 'held' });
  await writeFile(join(world.path, 'resolv.conf'), 'nameserver 127.0.0.53\noptions edns0\n');
  await writeFile(join(world.path, 'upstream'), 'nameserver 192.0.2.7\n');
  const { networks, sandboxes } = await world.again({ upstreamPath: join(world.path, 'upstream') });
  await networks.ensure(bridge(1));
  const { resolvConfPath } = await sandboxes.ensure(spec('web', [bridge(1)]));
  t.is(await readFile(resolvConfPath, 'utf8'), 'nameserver 192.0.2.7\n');
});

test('a sandbox that is to have no network any more has its interfaces taken away', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  await networks.ensure(bridge(1));
  await sandboxes.ensure(spec('web', [bridge(1)]));
  const { netnsPath } = await sandboxes.ensure({ id: 'web.0', ownerUid: 'web', mode: 'none', hostname: 'web' });
  t.is(netnsPath, undefined);
  await networks.remove(bridge(1).uid);
  await sandboxes.remove('web.0');
  t.deepEqual(await world.leftovers(), []);
});

test('a share in an interface of the machine has an address of the range, and the MAC that was derived', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  await world.ip('link add up0 type veth peer name up1');
  for (const end of ['up0', 'up1']) await world.ip(`link set ${end} up`);
  await world.ip('addr add 10.209.5.1/28 dev up0');
  await world.ip('route add default via 10.209.5.2 dev up0');
  const network = bridge(5, {
    driver: 'macvlan',
    mode: 'private',
    subnets: [{ subnet: '10.209.5.0/28', gateway: '10.209.5.1' }],
  });
  const state = await networks.ensure(network);
  t.is(state.interface, 'up0');
  t.like(state.dns, { available: false, reason: 'DNSUnsupported' });
  const { attachments, netnsPath, resolvConfPath } = await sandboxes.ensure(spec('web', [network]));
  t.deepEqual(attachments[0]?.addresses, ['10.209.5.2']);
  t.regex(attachments[0]?.mac ?? '', /^02:/);
  t.regex(await world.ip('-d link show dev eth0', netnsPath), /macvlan +mode private/);
  t.regex(await world.ip('link show dev eth0', netnsPath), new RegExp(`ether ${attachments[0]?.mac}`));
  t.deepEqual(await routes(world, netnsPath), ['default via 10.209.5.1 dev eth0']);
  t.regex(await readFile(resolvConfPath, 'utf8'), /^nameserver 192\.0\.2\.53$/m);
  await sandboxes.remove('web.0');
  await networks.remove(network.uid);
  t.deepEqual(world.firewall.told, []);
});
