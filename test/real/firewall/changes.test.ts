import test from 'ava';
import { createNetworkWorld } from '../../support/network/world.ts';
import { BACK, forward, FRONT, inFront, makeBridges, openFirewall, TABLE } from './opened.ts';

test.serial(
  'the swap to another container costs no new connection, and leaves established ones where they are',
  async (t) => {
    await using world = await createNetworkWorld();
    await using opened = await openFirewall(world);
    await makeBridges(world, FRONT);
    const [one, two] = [await inFront(world, 2), await inFront(world, 3)];
    await one.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'one' });
    await two.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'two' });
    const { firewall } = opened;
    await firewall.setNetworks([FRONT]);
    const to = (last: number) => [forward(80, { address: `10.208.1.${String(last)}` }), forward(81)];
    await firewall.setForwards(to(2));
    await world.outside.order({ type: 'open', protocol: 'TCP', host: '192.0.2.1', port: 80 });
    await world.machine.order({ type: 'load', host: '127.0.0.1', port: 80 });
    await world.outside.order({ type: 'load', host: '192.0.2.1', port: 80 });
    for (let swap = 1; swap <= 50; swap += 1) await firewall.setForwards(to(swap % 2 === 0 ? 2 : 3));
    const loads = [await world.outside.order({ type: 'stopLoad' }), await world.machine.order({ type: 'stopLoad' })];
    t.log(loads);
    t.deepEqual(Object.keys(loads[0] as object).toSorted(), ['one 192.0.2.2', 'two 192.0.2.2']);
    t.deepEqual(Object.keys(loads[1] as object).toSorted(), ['one 10.208.1.1', 'two 10.208.1.1']);
    await firewall.setForwards(to(3));
    t.is(await world.outside.ask('192.0.2.1', 80), 'two 192.0.2.2');
    t.is(await world.outside.order({ type: 'say' }), 'one 192.0.2.2');
  },
);

test.serial(
  'UDP goes on to where it went until its flows are forgotten, and to a port that is new at once',
  async (t) => {
    await using world = await createNetworkWorld();
    await using opened = await openFirewall(world);
    await makeBridges(world, FRONT);
    const [one, two] = [await inFront(world, 2), await inFront(world, 3)];
    await one.order({ type: 'serve', protocol: 'UDP', port: 8080, label: 'one' });
    await two.order({ type: 'serve', protocol: 'UDP', port: 8080, label: 'two' });
    await world.machine.order({ type: 'serve', protocol: 'UDP', port: 80, label: 'nobody' });
    const { firewall } = opened;
    await firewall.setNetworks([FRONT]);
    await world.outside.order({ type: 'open', protocol: 'UDP', host: '192.0.2.1', port: 80 });
    t.is(await world.outside.order({ type: 'say' }), 'nobody 192.0.2.2');
    await firewall.setForwards([forward(80, { protocol: 'UDP' })]);
    t.is(await world.outside.order({ type: 'say' }), 'one 192.0.2.2');
    await firewall.setForwards([forward(80, { protocol: 'UDP', address: '10.208.1.3' })]);
    t.is(await world.outside.order({ type: 'say' }), 'one 192.0.2.2');
    await firewall.forgetFlows(['10.208.1.2']);
    t.is(await world.outside.order({ type: 'say' }), 'two 192.0.2.2');
    await firewall.forgetFlows(['10.208.1.2', 'fd00:1::2']);
    t.deepEqual(opened.warnings, []);
  },
);

test.serial('flows of others that pass through the machine to the same port are left alone', async (t) => {
  await using world = await createNetworkWorld();
  await using opened = await openFirewall(world);
  await makeBridges(world, FRONT);
  const [ours, others] = ['192.0.2.1', '198.51.100.7'];
  for (const to of [ours, others]) {
    const flow = ['-s', '192.0.2.2', '-d', to, '--sport', '999', '--dport', '53', '-t', '600'];
    await world.run('conntrack', '-I', '-p', 'udp', ...flow);
  }
  await opened.firewall.setNetworks([FRONT]);
  await opened.firewall.setForwards([forward(53, { protocol: 'UDP' })]);
  const left = await world.run('conntrack', '-L', '-p', 'udp', '--orig-port-dst', '53');
  t.regex(left, /dst=198\.51\.100\.7/);
  t.notRegex(left, /dst=192\.0\.2\.1 .*dst=192\.0\.2\.2/);
  t.deepEqual(opened.warnings, []);
});

test.serial('what is in force costs no call, the next daemon included, and each part is changed alone', async (t) => {
  await using world = await createNetworkWorld();
  await using opened = await openFirewall(world);
  const { firewall, host, next } = opened;
  await firewall.setNetworks([FRONT, BACK]);
  await firewall.setForwards([forward(80), forward(81)]);
  const calls = { ...host.calls };
  const handles = async (chain: string) =>
    (await world.run('nft', '-a', 'list', 'chain', 'inet', TABLE, chain)).match(/handle \d+/g);
  for (const each of [firewall, next()]) {
    await each.setForwards([forward(81), forward(80)]);
    await each.setNetworks([BACK, FRONT]);
  }
  t.deepEqual(host.calls, calls);
  const [networks, ports] = [await handles('forward'), await handles('ports')];
  await firewall.setForwards([forward(80)]);
  t.is(host.calls.nft, calls.nft + 1);
  t.deepEqual(await handles('forward'), networks);
  t.deepEqual(await handles('ports'), ports);
  t.notRegex(await world.run('nft', 'list', 'map', 'inet', TABLE, 'any4'), /tcp \. 81 /);
  await firewall.setNetworks([FRONT]);
  t.deepEqual(await handles('ports'), ports);
  t.notDeepEqual(await handles('forward'), networks);
});

test.serial('what somebody flushed is put back by repair, and where nothing is missing it says so', async (t) => {
  await using world = await createNetworkWorld();
  await using opened = await openFirewall(world);
  await makeBridges(world, FRONT);
  const { firewall } = opened;
  const server = await inFront(world, 2);
  await server.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'web' });
  await world.run('iptables', '-P', 'FORWARD', 'DROP');
  await firewall.setNetworks([FRONT]);
  await firewall.setForwards([forward(80), forward(82, { hostIP: '2001:db8:0::1', address: 'fd00:1:0::2' })]);
  t.false(await firewall.repair());
  for (const harm of [
    ['nft', 'flush', 'ruleset'],
    ['nft', 'delete', 'table', 'inet', TABLE],
    ['nft', 'flush', 'map', 'inet', TABLE, 'any4'],
    ['nft', 'flush', 'chain', 'inet', TABLE, 'postrouting'],
    ['nft', 'flush', 'chain', 'ip', 'filter', 'FORWARD'],
  ]) {
    await world.run(...harm);
    await world.run('iptables', '-P', 'FORWARD', 'DROP');
    t.true(await firewall.repair(), harm.join(' '));
    t.false(await firewall.repair(), harm.join(' '));
    t.is(await world.outside.ask('192.0.2.1', 80), 'web 192.0.2.2', harm.join(' '));
  }
});

test.serial('after a boot, or without what was written down, a set replaces whatever is there', async (t) => {
  await using world = await createNetworkWorld();
  await using first = await openFirewall(world);
  await first.firewall.setNetworks([FRONT, BACK]);
  await first.firewall.setForwards([forward(80), forward(81)]);
  await using second = await openFirewall(world);
  await second.firewall.setForwards([forward(82)]);
  const text = await world.run('nft', 'list', 'ruleset');
  t.regex(text, /tcp \. 82 /);
  t.notRegex(text, /tcp \. 8[01] |ts12345/);
  await second.firewall.setForwards([]);
  t.is(await world.run('nft', 'list', 'ruleset'), '');
});
