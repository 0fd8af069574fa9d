import test from 'ava';
import { createNetworkWorld } from '../../support/network/world.ts';
import { BACK, forward, FRONT, inFront, makeBridges, openFirewall, TABLE, VAULT } from './opened.ts';

for (const bridged of ['0', '1']) {
  test.serial(`a published port is reached from everywhere, bridge-nf-call-iptables being ${bridged}`, async (t) => {
    await using world = await createNetworkWorld();
    await using opened = await openFirewall(world);
    await makeBridges(world, FRONT, BACK);
    await world.run(
      'sysctl',
      '-qw',
      ...['iptables', 'ip6tables'].map((name) => `net.bridge.bridge-nf-call-${name}=${bridged}`),
    );
    const server = await inFront(world, 2);
    const neighbour = await inFront(world, 3);
    const other = await world.container(BACK.bridge, ['10.208.2.2/24'], ['10.208.2.1']);
    await server.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'web' });
    await server.order({ type: 'serve', protocol: 'UDP', port: 8080, label: 'udp' });
    await opened.firewall.setNetworks([FRONT, BACK]);
    await opened.firewall.setForwards([
      forward(80),
      forward(80, { protocol: 'UDP' }),
      forward(80, { address: 'fd00:1::2' }),
      forward(81, { hostIP: '127.0.0.1' }),
      forward(82, { hostIP: '192.0.2.1' }),
    ]);
    t.is(await world.outside.ask('192.0.2.1', 80), 'web 192.0.2.2');
    t.is(await world.outside.ask('2001:db8::1', 80), 'web 2001:db8::2');
    t.is(await world.outside.ask('192.0.2.1', 80, 'UDP'), 'udp 192.0.2.2');
    t.is(await world.outside.ask('192.0.2.1', 82), 'web 192.0.2.2');
    t.is(await world.machine.ask('127.0.0.1', 80), 'web 10.208.1.1');
    t.is(await world.machine.ask('127.0.0.1', 80, 'UDP'), 'udp 10.208.1.1');
    t.is(await world.machine.ask('127.0.0.1', 81), 'web 10.208.1.1');
    t.is(await world.machine.ask('192.0.2.1', 80), 'web 192.0.2.1');
    t.is(await world.machine.ask('2001:db8::1', 80), 'web 2001:db8::1');
    t.is(await server.ask('192.0.2.1', 80), 'web 10.208.1.1');
    t.is(await server.ask('2001:db8::1', 80), 'web fd00:1::1');
    t.is(await neighbour.ask('192.0.2.1', 80), 'web 10.208.1.1');
    t.is(await neighbour.ask('10.208.1.1', 80, 'UDP'), 'udp 10.208.1.1');
    t.is(await neighbour.ask('10.208.1.2', 8080), 'web 10.208.1.3');
    t.is(await other.ask('192.0.2.1', 80), 'web 10.208.1.1');
    t.is(await world.machine.ask('::1', 80), 'ECONNREFUSED');
    t.is(await world.machine.ask('127.0.0.1', 82), 'ECONNREFUSED');
    t.is(await world.outside.ask('192.0.2.1', 81), 'ECONNREFUSED');
    await opened.firewall.setForwards([]);
    await opened.firewall.setNetworks([]);
    t.is(await world.run('nft', 'list', 'ruleset'), '');
  });
}

test.serial(
  'networks are kept apart, an internal one from all but this machine, and containers from its loopback',
  async (t) => {
    await using world = await createNetworkWorld();
    await using opened = await openFirewall(world);
    await makeBridges(world, FRONT, BACK, VAULT);
    const server = await inFront(world, 2);
    const back = await world.container(BACK.bridge, ['10.208.2.2/24'], ['10.208.2.1']);
    const vault = await world.container(VAULT.bridge, ['10.208.3.2/24'], ['10.208.3.1']);
    const member = await world.container(VAULT.bridge, ['10.208.3.3/24'], ['10.208.3.1']);
    for (const peer of [server, back, vault, world.outside, world.machine]) {
      await peer.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'here' });
    }
    await opened.firewall.setNetworks([FRONT, BACK, VAULT]);
    await opened.firewall.setForwards([forward(80)]);
    t.is(await back.ask('10.208.1.2', 8080), 'ABORT_ERR');
    t.is(await server.ask('10.208.2.2', 8080), 'ABORT_ERR');
    t.is(await world.outside.ask('10.208.1.2', 8080), 'ABORT_ERR');
    t.is(await back.ask('192.0.2.2', 8080), 'here 192.0.2.1');
    t.is(await back.ask('192.0.2.1', 80), 'here 10.208.1.1');
    t.is(await vault.ask('192.0.2.2', 8080), 'ABORT_ERR');
    t.is(await vault.ask('192.0.2.1', 80), 'ABORT_ERR');
    t.is(await vault.ask('10.208.1.2', 8080), 'ABORT_ERR');
    t.is(await back.ask('10.208.3.2', 8080), 'ABORT_ERR');
    t.is(await world.outside.ask('10.208.3.2', 8080), 'ABORT_ERR');
    t.is(await world.machine.ask('10.208.3.2', 8080), 'here 10.208.3.1');
    t.is(await member.ask('10.208.3.2', 8080), 'here 10.208.3.3');
    await back.run('sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1');
    await back.run('ip', 'address', 'del', '127.0.0.1/8', 'dev', 'lo');
    await back.run('ip', 'route', 'add', '127.0.0.0/8', 'via', '10.208.2.1');
    t.is(await back.ask('127.0.0.1', 8080), 'ABORT_ERR');
    await world.run('nft', 'flush', 'chain', 'inet', TABLE, 'raw');
    t.is(await back.ask('127.0.0.1', 8080), 'here 10.208.2.2', 'it is the rule that keeps it away');
  },
);
