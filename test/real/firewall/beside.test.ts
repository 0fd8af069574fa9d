import test from 'ava';
import { createNetworkWorld, type NetworkWorld } from '../../support/network/world.ts';
import { BACK, forward, FRONT, inFront, makeBridges, openFirewall, VAULT } from './opened.ts';

/** Firewalls that drop what they do not know, as people have them. */
const FIREWALLS: Readonly<Record<string, readonly string[]>> = {
  'iptables with policies like those of Docker and ufw': [
    'iptables -A INPUT -i lo -j ACCEPT',
    'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'iptables -P INPUT DROP',
    'iptables -P FORWARD DROP',
    'ip6tables -P FORWARD DROP',
  ],
  'iptables whose last rules reject': [
    'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'iptables -A INPUT -i lo -j ACCEPT',
    'iptables -A INPUT -j REJECT',
    'iptables -A FORWARD -j REJECT',
    'ip6tables -A FORWARD -j REJECT',
  ],
  'nftables like those of firewalld': [
    'nft add table inet wall',
    'nft add chain inet wall in { type filter hook input priority 10; }',
    'nft add rule inet wall in ct state established,related accept',
    'nft add rule inet wall in iifname lo accept',
    'nft add rule inet wall in meta l4proto ipv6-icmp accept',
    'nft add rule inet wall in reject',
    'nft add chain inet wall through { type filter hook forward priority 10; }',
    'nft add rule inet wall through counter reject with icmpx admin-prohibited',
  ],
  'the older iptables': [
    'iptables-legacy -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'iptables-legacy -A INPUT -i lo -j ACCEPT',
    'iptables-legacy -P INPUT DROP',
    'iptables-legacy -P FORWARD DROP',
    'ip6tables-legacy -P FORWARD DROP',
  ],
};

const rulesOf = async (world: NetworkWorld): Promise<string> => {
  const legacy = ['iptables-legacy-save', 'ip6tables-legacy-save'].map((program) => world.run(program).catch(() => ''));
  const texts = await Promise.all([world.run('nft', 'list', 'ruleset'), ...legacy]);
  return texts
    .join('\n')
    .replaceAll(/^#.*$/gm, '')
    .replaceAll(/\[\d+:\d+\]|packets \d+ bytes \d+/g, '');
};

for (const [title, commands] of Object.entries(FIREWALLS)) {
  test.serial(`beside ${title} networks work, and nothing is left there when they are gone`, async (t) => {
    await using world = await createNetworkWorld();
    await using opened = await openFirewall(world);
    const { firewall } = opened;
    await makeBridges(world, FRONT, BACK, VAULT);
    await world.run('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1');
    for (const command of commands) await world.run(...command.split(' '));
    const before = await rulesOf(world);
    const server = await inFront(world, 2);
    const neighbour = await inFront(world, 3);
    const back = await world.container(BACK.bridge, ['10.208.2.2/24'], ['10.208.2.1']);
    for (const peer of [server, back, world.outside]) {
      await peer.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'here' });
    }
    for (const port of [53, 54]) await world.machine.order({ type: 'serve', protocol: 'TCP', port, label: 'names' });
    await world.machine.order({ type: 'serve', protocol: 'UDP', port: 53, label: 'names' });
    const isRefused = async (answer: Promise<unknown>, what: string): Promise<void> => {
      t.true(['ABORT_ERR', 'ECONNREFUSED', 'EHOSTUNREACH'].includes(String(await answer)), what);
    };
    await isRefused(server.ask('192.0.2.2', 8080), 'it drops what it does not know');
    await firewall.setNetworks([FRONT, BACK, VAULT]);
    await firewall.setForwards([forward(80), forward(80, { address: 'fd00:1::2' })]);
    t.is(await server.ask('192.0.2.2', 8080), 'here 192.0.2.1');
    t.is(await world.outside.ask('192.0.2.1', 80), 'here 192.0.2.2');
    t.is(await world.outside.ask('2001:db8::1', 80), 'here 2001:db8::2');
    t.is(await world.machine.ask('127.0.0.1', 80), 'here 10.208.1.1');
    t.is(await neighbour.ask('10.208.1.2', 8080), 'here 10.208.1.3');
    t.is(await server.ask('10.208.1.1', 53, 'UDP'), 'names 10.208.1.2');
    t.is(await server.ask('10.208.1.1', 53), 'names 10.208.1.2');
    await isRefused(server.ask('10.208.1.1', 54), 'no other port of the gateway');
    await isRefused(server.ask('192.0.2.1', 53), 'no other address of the machine');
    await isRefused(back.ask('10.208.1.2', 8080), 'networks are kept apart as ever');
    await isRefused(world.outside.ask('10.208.2.2', 8080), 'only published ports lead in');
    t.false(await firewall.repair());
    await firewall.setNetworks([FRONT]);
    t.notRegex(await rulesOf(world), /ts12345-(back|vault)/);
    await firewall.setNetworks([]);
    await firewall.setForwards([]);
    t.is(await rulesOf(world), before);
    t.deepEqual(opened.warnings, []);
  });
}

test.serial('iptables can still read its chains with our rules in them', async (t) => {
  await using world = await createNetworkWorld();
  await using opened = await openFirewall(world);
  await world.run('iptables', '-P', 'INPUT', 'DROP');
  await world.run('ip6tables', '-P', 'FORWARD', 'DROP');
  await opened.firewall.setNetworks([FRONT]);
  t.regex(
    await world.run('iptables', '-S', 'INPUT'),
    /-A INPUT -d 10.208.1.1\/32 -i ts12345-front -p udp .*--dport 53 .*-j ACCEPT/,
  );
  t.regex(await world.run('ip6tables', '-S', 'FORWARD'), /-A FORWARD -i ts12345-front .*-j ACCEPT/);
  await world.run('iptables', '-P', 'INPUT', 'ACCEPT');
  t.true(await opened.firewall.repair(), 'where nothing is dropped any more, nothing of ours is needed');
  t.notRegex(await world.run('iptables', '-S', 'INPUT'), /ts12345/);
});
