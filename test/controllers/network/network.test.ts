import test from 'ava';
import type { Container, Network } from '../../../schemas/gen/types.ts';
import { overlap, parseCidr } from '../../../schemas/values/addresses.ts';
import {
  conditionOf,
  conditionsText,
  CONTAINER,
  ContainerWorld,
  isReady,
  NETWORK,
  ref,
} from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const declare = (world: ContainerWorld, name: string, spec: Network['spec'] = {}): Promise<Network> =>
  world.user.apply<Network>(
    { ...NETWORK, metadata: { name, namespace: 'default' }, spec },
    { fieldManager: 'test', force: true },
  );
const subnets = (...all: readonly string[]): Network['spec'] => ({ subnets: all.map((subnet) => ({ subnet })) });
const subnetOf = ({ status }: Network): string => status?.subnets?.[0]?.subnet ?? '';
const waitsFor =
  (reason: string) =>
  (network: Network): boolean =>
    conditionOf(network, 'Reconciling')?.reason === reason;
const gone = (world: ContainerWorld, name: string): Promise<unknown> =>
  world.eventually(`${name} is gone`, async () => (await world.find(ref(NETWORK, name))) === undefined);

/** As the Container's controller would say once it is attached. */
async function attach(world: ContainerWorld, name: string, networks: readonly string[]): Promise<void> {
  await world.quiet();
  await world.user.patch<Container>(
    ref(CONTAINER, name),
    { status: { networks: networks.map((network) => ({ name: network, interface: 'eth0', ips: [], mac: '' })) } },
    { type: 'merge', subresource: 'status' },
  );
}

test('a network gets a range that is free, told and written down, and then costs nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'back', { ipv6: true });
  const network = await world.network('back', isReady);
  t.is(conditionsText(network), 'DNSReady=True Answering, Ready=True Allocated');
  const [v4, v6] = network.status?.subnets ?? [];
  t.regex(`${v4?.subnet} ${v4?.gateway}`, /^10\.2[0-9]{2}\.\d+\.0\/24 10\.2[0-9]{2}\.\d+\.1$/);
  t.regex(`${v6?.subnet} ${v6?.gateway}`, /^fd[0-9a-f:]+::\/64 fd[0-9a-f:]+::1$/);
  t.regex(network.status?.interface ?? '', /^ts/);
  t.like(world.runtime.networks.specs.get(network.metadata.uid), { driver: 'bridge', subnets: [v4, v6] });
  t.deepEqual(await world.costOfNothing(), []);
  await world.stop();
  await world.start();
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual((await world.network('back', isReady)).status, network.status);
});

test('networks that are declared at once never overlap', async (t) => {
  await using world = await ContainerWorld.open();
  const names = Array.from({ length: 24 }, (_, index) => `net-${index}`);
  await Promise.all(names.map((name) => declare(world, name)));
  const all = await Promise.all(names.map((name) => world.network(name, isReady)));
  const ranges = all.map((network) => parseCidr(subnetOf(network)) ?? t.fail());
  for (const [index, one] of ranges.entries()) {
    for (const other of ranges.slice(index + 1)) t.false(overlap(one, other));
  }
});

test('of networks that ask for one range one gets it, and the next one when that goes', async (t) => {
  await using world = await ContainerWorld.open();
  await Promise.all(['a', 'b', 'c'].map((name) => declare(world, name, subnets('10.20.0.0/24'))));
  await world.quiet();
  const found = await Promise.all(['a', 'b', 'c'].map((name) => world.network(name, () => true)));
  const [first, ...others] = found.toSorted((a) => (isReady(a) ? -1 : 1));
  t.true(first !== undefined && isReady(first));
  for (const other of others) {
    t.is(conditionsText(other), 'Ready=False SubnetOverlap, Reconciling=True SubnetOverlap');
    t.is(conditionOf(other, 'Ready')?.message, `10.20.0.0/24 overlaps network default/${first?.metadata.name}`);
  }
  await world.user.delete(ref(NETWORK, first?.metadata.name ?? ''));
  await gone(world, first?.metadata.name ?? '');
  await world.eventually('one of the others has it', async () =>
    (await Promise.all(others.map(({ metadata }) => world.network(metadata.name, () => true)))).some(isReady),
  );
});

test('a range of the machine is waited for by the name of who has it, and had when it is free', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.occupyRange('10.20.0.0/16', 'route via eth0');
  await declare(world, 'front', subnets('10.20.3.0/24'));
  const waiting = await world.network('front', waitsFor('SubnetOverlap'));
  t.is(conditionOf(waiting, 'Ready')?.message, '10.20.3.0/24 overlaps 10.20.0.0/16 (route via eth0)');
  world.controls.freeRange('10.20.0.0/16');
  await time.pass(31_000);
  t.is(subnetOf(await world.network('front', isReady)), '10.20.3.0/24');
});

test('a picked range is outside of what the machine occupies, and where all is occupied the reason says so', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.occupyRange('10.208.0.0/13', 'address of docker0');
  await time.pass(6000);
  await declare(world, 'a');
  t.regex(subnetOf(await world.network('a', isReady)), /^10\.2(1[6-9]|2\d)\./);
  world.controls.occupyRange('10.216.0.0/13', 'address of docker1');
  await time.pass(6000);
  await declare(world, 'b');
  await world.network('b', waitsFor('NoFreeSubnet'));
  world.controls.freeRange('10.208.0.0/13');
  await time.pass(31_000);
  t.regex(subnetOf(await world.network('b', isReady)), /^10\.2(0[89]|1[0-5])\./);
});

test('a picked range moves from under a new route, unless a container is attached', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await declare(world, 'moves');
  await declare(world, 'stays');
  await declare(world, 'asked', subnets('10.20.0.0/24'));
  const before = subnetOf(await world.network('moves', isReady));
  const kept = subnetOf(await world.network('stays', isReady));
  await world.network('asked', isReady);
  await world.apply('web', { networks: [{ name: 'stays' }] });
  await world.running('web');
  await attach(world, 'web', ['stays']);
  for (const range of [before, kept, '10.20.0.0/16']) world.controls.occupyRange(range, 'route via tun0');
  await time.pass(61_000);
  const moved = await world.network('moves', (network) => isReady(network) && subnetOf(network) !== before);
  t.deepEqual(
    world.runtime.networks.specs.get(moved.metadata.uid)?.subnets.map(({ subnet }) => subnet),
    [subnetOf(moved)],
  );
  const stays = await world.network('stays', (network) => /tun0/.test(conditionOf(network, 'Ready')?.message ?? ''));
  t.true(isReady(stays));
  t.is(subnetOf(stays), kept);
  t.is(subnetOf(await world.network('asked', isReady)), '10.20.0.0/24');
  await world.eventually('an Event tells', async () => (await world.events('moves')).includes('NetworkMoved'));
});

test('what names can do on a network is told, and told again when it changes', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await declare(world, 'raw', {
    driver: 'cni',
    config: { cniVersion: '1.0.0', name: 'x', plugins: [{ type: 'ptp' }] },
  });
  const raw = await world.network('raw', isReady);
  t.is(conditionsText(raw), 'DNSReady=False DNSUnsupported, Ready=True Allocated');
  t.is(raw.status?.interface, undefined);
  t.deepEqual(raw.status?.subnets, []);
  await declare(world, 'back');
  const { metadata } = await world.network('back', isReady);
  world.controls.breakDns(metadata.uid, 'DNSPortTaken', 'dnsmasq answers there');
  await world.apply('web', { networks: [{ name: 'back' }] });
  await world.running('web');
  await attach(world, 'web', ['back']);
  const silent = await world.network('back', (network) => conditionOf(network, 'DNSReady')?.status === 'False');
  t.is(conditionOf(silent, 'DNSReady')?.reason, 'DNSPortTaken');
  t.true(isReady(silent));
  world.controls.mendDns(metadata.uid);
  await time.pass(11_000);
  await world.network('back', (network) => conditionOf(network, 'DNSReady')?.status === 'True');
});

test('deleting waits for the containers that want it or are in it, and says who', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'back');
  const { metadata } = await world.network('back', isReady);
  for (const name of ['web', 'db']) await world.apply(name, { networks: [{ name: 'back' }] });
  await world.apply('other', { networkMode: 'none' });
  for (const name of ['web', 'db', 'other']) await world.running(name);
  await world.user.delete(ref(NETWORK, 'back'));
  const waiting = await world.network('back', waitsFor('InUse'));
  t.is(conditionOf(waiting, 'Reconciling')?.message, 'used by containers db, web');
  await world.delete('db');
  await world.network('back', (network) => conditionOf(network, 'Reconciling')?.message === 'used by containers web');
  await world.delete('web');
  await gone(world, 'back');
  t.false((await world.runtime.networks.list()).includes(metadata.uid));
});

test('a spec that cannot be on this machine is told with its reason', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await declare(world, 'share', { driver: 'macvlan', parent: 'eth7', ...subnets('192.168.1.0/24') });
  t.is(
    conditionsText(await world.network('share', waitsFor('ParentNotFound'))),
    'Ready=False ParentNotFound, Reconciling=True ParentNotFound',
  );
  await declare(world, 'raw', { driver: 'cni', config: {} });
  const raw = await world.network('raw', (network) => conditionOf(network, 'Stalled'));
  t.is(conditionsText(raw), 'Ready=False CniConfigInvalid, Stalled=True CniConfigInvalid');
  await declare(world, 'broad', { subnets: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.255' }] });
  const broad = await world.network('broad', (network) => conditionOf(network, 'Stalled'));
  t.regex(conditionOf(broad, 'Stalled')?.message ?? '', /^spec\.subnets\[0\]\.gateway: /);
});

test('a network becomes internal in place', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'back');
  const { metadata, status } = await world.network('back', isReady);
  await declare(world, 'back', { internal: true });
  await world.eventually('it is', () => world.runtime.networks.specs.get(metadata.uid)?.internal === true);
  t.deepEqual((await world.network('back', isReady)).status?.subnets, status?.subnets);
});

test('a network of another machine is left alone', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'far', { nodeName: 'elsewhere' });
  await world.quiet();
  t.is((await world.network('far', () => true)).status?.conditions, undefined);
});
