import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { FirewallNetwork } from '../../../runtime/ports/firewall.ts';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import type { SandboxSpec } from '../../../runtime/ports/sandboxes.ts';
import { bridge } from '../../suites/networks.ts';
import { openWorld, writeSetting, type NetworkWorld } from './world.ts';

const spec = (name: string, networks: readonly NetworkSpec[]): SandboxSpec => ({
  id: `${name}.0`,
  ownerUid: name,
  mode: 'cni',
  hostname: name,
  attachments: networks.map(({ uid }) => ({ network: uid })),
});

const ipv4 = bridge(1, { subnets: bridge(1).subnets.slice(0, 1) });

async function settings({ setting }: NetworkWorld): Promise<string> {
  const names = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding', 'net/ipv6/conf/up0/accept_ra'];
  const others = ['all', 'default', 'up1'].map((device) => `net/ipv6/conf/${device}/accept_ra`);
  for (const name of others) if ((await setting(name)) !== '1') throw new Error(name);
  return (await Promise.all(names.map(setting))).join(' ');
}

test('the machine forwards from the first attachment to the last network, and what was found is put back', async (t) => {
  await using world = await openWorld();
  await world.advertise('up0');
  const { networks, sandboxes } = world;
  for (const network of [ipv4, bridge(2)]) await networks.ensure(network);
  t.is(await settings(world), '0 0 1');
  await sandboxes.ensure(spec('one', [ipv4]));
  t.is(await settings(world), '1 0 1');
  await sandboxes.ensure(spec('two', [bridge(2)]));
  t.is(await settings(world), '1 1 2');
  const record: unknown = JSON.parse(await readFile(join(world.path, 'data/network/host.json'), 'utf8'));
  t.like(record, { changed: [{ setting: 'net/ipv4/ip_forward', found: '0', set: '1' }] });
  for (const name of ['one', 'two']) await sandboxes.remove(`${name}.0`);
  await networks.remove(bridge(2).uid);
  t.is(await settings(world), '1 1 2');
  // The next daemon knows what the one before found.
  const next = await world.again();
  await next.networks.remove(ipv4.uid);
  t.is(await settings(world), '0 0 1');
  t.deepEqual(await world.leftovers(), []);
});

test('where no router has advertised anything yet, those are heard that are up, outer ones and take addresses from routers', async (t) => {
  await using world = await openWorld();
  const { path, networks, sandboxes, setting } = world;
  const devices = ['up0', 'down0', 'fixed0', 'never0', 'port0', 'docker0', 'br0'];
  for (const device of devices) {
    await world.addDevice(device, { flags: device === 'down0' ? '0x1002' : '0x1003' });
    const values = { accept_ra: device === 'never0' ? '0' : '1', autoconf: device === 'fixed0' ? '0' : '1' };
    for (const [name, value] of Object.entries(values))
      await writeSetting(path, `net/ipv6/conf/${device}/${name}`, value);
  }
  for (const folder of ['port0/master', 'port0/device', 'docker0/bridge', 'docker0/lower_veth0', 'br0/bridge'])
    await mkdir(join(path, 'class', folder));
  await symlink('../port0', join(path, 'class/br0/lower_port0'));
  const believed = async (): Promise<string> =>
    (await Promise.all(devices.map((device) => setting(`net/ipv6/conf/${device}/accept_ra`)))).join(' ');
  const before = await believed();
  await networks.ensure(bridge(1));
  await sandboxes.ensure(spec('web', [bridge(1)]));
  t.is(await setting('net/ipv6/conf/all/forwarding'), '1');
  t.is(await believed(), '2 1 1 0 1 1 2');
  await sandboxes.remove('web.0');
  for (const other of ['docker0', 'br0']) await rm(join(path, 'class', other, 'bridge'), { recursive: true });
  await networks.remove(bridge(1).uid);
  t.is(await believed(), before);
});

test('where somebody has fixed the way out, no router is heard that was not before', async (t) => {
  await using world = await openWorld();
  await world.addDevice('up0', { flags: '0x1003' });
  await writeSetting(world.path, 'net/ipv6/conf/up0/autoconf', '1');
  await world.advertise('up0', '00000003');
  await world.networks.ensure(bridge(1));
  await world.sandboxes.ensure(spec('web', [bridge(1)]));
  t.is(await settings(world), '1 1 1');
});

test('what somebody else has set since, and what was so before, stays', async (t) => {
  await using world = await openWorld();
  await world.advertise('up0');
  const { networks, sandboxes } = world;
  await writeSetting(world.path, 'net/ipv4/ip_forward', '1');
  await networks.ensure(bridge(1));
  await sandboxes.ensure(spec('web', [bridge(1)]));
  await writeSetting(world.path, 'net/ipv6/conf/up0/accept_ra', '0');
  await sandboxes.remove('web.0');
  await networks.remove(bridge(1).uid);
  t.is(await settings(world), '1 0 0');
});

test('forwarding stays while there is a bridge of others, who may have come after us and found it so', async (t) => {
  for (const other of ['docker0', 'tsabcde-1234567']) {
    await using world = await openWorld();
    await world.advertise('up0');
    const { networks, sandboxes } = world;
    await networks.ensure(bridge(1));
    await sandboxes.ensure(spec('web', [bridge(1)]));
    await mkdir(join(world.path, 'class', other, 'bridge'), { recursive: true });
    await sandboxes.remove('web.0');
    await networks.remove(bridge(1).uid);
    t.is(await settings(world), '1 1 2', other);
    t.deepEqual(await world.leftovers(), []);
  }
});

test('a repair puts forwarding and the way from loopback back, and has the firewall look', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes, firewall } = world;
  const { interface: device } = await networks.ensure(ipv4);
  const loopback = `net/ipv4/conf/${device}/route_localnet`;
  await writeSetting(world.path, loopback, '0');
  await sandboxes.ensure(spec('web', [ipv4]));
  t.is(await world.setting(loopback), '1');
  await writeSetting(world.path, loopback, '0');
  await writeSetting(world.path, 'net/ipv4/ip_forward', '0');
  t.deepEqual(await networks.repair(), []);
  t.is(await world.setting(loopback), '1');
  t.is(await settings(world), '1 0 1');
  t.is(firewall.repairs, 1);
});

test('a way from loopback that cannot be written keeps nothing from its network, and an internal one has none', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  const { interface: device } = await networks.ensure(ipv4);
  // No file can be written where there is a folder.
  await mkdir(join(world.path, `sys/net/ipv4/conf/${device}/route_localnet`), { recursive: true });
  const { interface: inner } = await networks.ensure({ ...bridge(2), internal: true });
  const loopback = `net/ipv4/conf/${inner}/route_localnet`;
  await writeSetting(world.path, loopback, '0');
  const both = [ipv4, bridge(2)];
  t.is((await sandboxes.ensure(spec('web', both))).attachments.length, 2);
  t.deepEqual(await networks.repair(), []);
  t.is(await world.setting(loopback), '0');
});

test('the firewall is told of networks that have a bridge, before their first interface and after their removal', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes, firewall } = world;
  for (const network of [ipv4, bridge(2)]) await networks.ensure(network);
  t.deepEqual(firewall.told, []);
  await sandboxes.ensure(spec('one', [ipv4]));
  await sandboxes.ensure(spec('two', [ipv4]));
  const told = () =>
    firewall.told.map((all) => all.map(({ uid, internal }) => `${uid.slice(0, 1)}${internal ? ' internal' : ''}`));
  t.deepEqual(told(), [['1']]);
  await sandboxes.ensure(spec('two', [ipv4, bridge(2)]));
  t.deepEqual(told().slice(1), [['1', '2']]);
  t.is(firewall.told[1]?.[1]?.bridge, (await networks.ensure(bridge(2))).interface);
  await networks.ensure({ ...bridge(2), internal: true });
  t.deepEqual(told().slice(2), [['1', '2 internal']]);
  for (const name of ['one', 'two']) await sandboxes.remove(`${name}.0`);
  await networks.remove(ipv4.uid);
  await networks.remove(bridge(2).uid);
  t.deepEqual(told().slice(3), [['2 internal'], []]);
});

test('a firewall that refuses keeps the interface from being made, and is told again', async (t) => {
  await using world = await openWorld();
  let locked = true;
  const firewall = {
    ...world.firewall,
    async setNetworks() {
      if (locked) throw new RuntimeError('Unavailable', 'locked', { reason: 'FirewallFailed' });
    },
  };
  const { networks, sandboxes } = await world.again({ firewall });
  await networks.ensure(bridge(1));
  const error = await t.throwsAsync(sandboxes.ensure(spec('web', [bridge(1)])), { instanceOf: RuntimeError });
  t.is(error.reason, 'FirewallFailed');
  t.is(world.host.calls.cni, 0);
  locked = false;
  await sandboxes.ensure(spec('web', [bridge(1)]));
  locked = true;
  await sandboxes.remove('web.0');
  await t.throwsAsync(networks.remove(bridge(1).uid), { instanceOf: RuntimeError });
  t.deepEqual(await networks.list(), [bridge(1).uid]);
  locked = false;
  await networks.remove(bridge(1).uid);
  t.deepEqual(await world.leftovers(), []);
});

test('rules of a network whose removal ended halfway go with the next removal, and with the next repair', async (t) => {
  for (const mend of ['remove', 'repair'] as const) {
    await using world = await openWorld();
    let locked = false;
    const firewall = {
      ...world.firewall,
      async setNetworks(networks: readonly FirewallNetwork[]) {
        if (locked) throw new RuntimeError('Unavailable', 'locked', { reason: 'FirewallFailed' });
        await world.firewall.setNetworks(networks);
      },
    };
    const { networks, sandboxes } = await world.again({ firewall });
    await networks.ensure(bridge(1));
    await sandboxes.ensure(spec('web', [bridge(1)]));
    await sandboxes.remove('web.0');
    locked = true;
    await t.throwsAsync(networks.remove(bridge(1).uid), { instanceOf: RuntimeError });
    t.is(world.firewall.told.length, 1);
    locked = false;
    const next = await world.again({ firewall });
    await (mend === 'remove' ? next.networks.remove(bridge(1).uid) : next.networks.repair());
    t.deepEqual(world.firewall.told.slice(1), [[]], mend);
  }
});

test('what routes and addresses of the machine occupy is told, and refused to networks that have no bridge yet', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  await networks.ensure(bridge(4));
  await sandboxes.ensure(spec('web', [bridge(4)]));
  await world.ip('link add up0 type veth peer name up1');
  for (const end of ['up0', 'up1']) await world.ip(`link set ${end} up`);
  await world.ip('addr add 10.209.1.9/32 dev up0');
  await world.ip('addr add fd12:3456:789a:2::9/64 dev up0 nodad');
  await world.ip('route add 10.209.3.0/24 dev up0');
  await world.ip('route add 10.209.6.0/24 dev up0 table 77');
  await world.ip('route add default dev up0');
  const ranges = (await networks.occupied()).filter(({ subnet }) => /^(10|fd)/.test(subnet));
  t.deepEqual(ranges.map(({ subnet, holder }) => `${subnet} ${holder}`).toSorted(), [
    '10.209.1.9/32 address of this machine',
    '10.209.3.0/24 route via up0',
    '10.209.6.0/24 route via this machine',
    'fd12:3456:789a:2::/64 route via up0',
    'fd12:3456:789a:2::9/128 address of up0',
  ]);
  for (const number of [1, 2, 3, 6]) {
    const error = await t.throwsAsync(networks.ensure(bridge(number)), { instanceOf: RuntimeError });
    t.is(error.reason, 'SubnetOverlap', error.message);
  }
  await networks.ensure(bridge(7));
  await world.ip('route add 10.209.4.0/24 dev up0');
  await networks.ensure(bridge(4));
  t.deepEqual((await networks.list()).toSorted(), [bridge(4).uid, bridge(7).uid]);
});

test('a network whose bridge is there and unused takes another subnet, and only one that is free', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  await sandboxes.ensure(spec('web', [bridge(1)]));
  const moved = bridge(1, { subnets: bridge(3).subnets });
  const used = await t.throwsAsync(networks.ensure(moved), { instanceOf: RuntimeError });
  t.is(used.reason, 'InUse');
  await sandboxes.remove('web.0');
  const over = networks.ensure(bridge(1, { subnets: bridge(2).subnets }));
  t.is((await t.throwsAsync(over, { instanceOf: RuntimeError })).reason, 'SubnetOverlap');
  await networks.ensure(moved);
  const { attachments } = await sandboxes.ensure(spec('web', [moved]));
  t.regex(attachments[0]?.addresses[0] ?? '', /^10\.209\.3\./);
  t.regex(await world.ip('-4 addr'), /10\.209\.3\.1\/28/);
});

test('networks that change while sandboxes come keep what is known of them', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes, firewall } = world;
  await networks.ensure(bridge(1));
  const change = async (): Promise<void> => {
    for (const internal of [true, false, true, false, true]) await networks.ensure({ ...bridge(1), internal });
  };
  await Promise.all([change(), ...['one', 'two', 'three'].map((name) => sandboxes.ensure(spec(name, [bridge(1)])))]);
  t.like(firewall.told.at(-1), [{ uid: bridge(1).uid, internal: true }]);
  const record: unknown = JSON.parse(await readFile(join(world.path, `data/networks/${bridge(1).uid}.json`), 'utf8'));
  t.like(record, { boot: 'boot-1', spec: { internal: true } });
});
