import test from 'ava';
import { forwardsPart } from '../../../runtime/firewall/forwards-part.ts';
import { networksPart } from '../../../runtime/firewall/networks-part.ts';
import { deleteTable, replacePart } from '../../../runtime/firewall/part.ts';
import type { Forward } from '../../../runtime/ports/firewall.ts';

const forward: Forward = { protocol: 'TCP', hostPort: 80, address: '10.208.1.2', port: 8080 };

test('ports are maps by protocol, address and port, and replaced as a whole', (t) => {
  const text = replacePart(
    'ours',
    forwardsPart([
      forward,
      { ...forward, hostIP: '192.0.2.1', protocol: 'UDP' },
      { ...forward, address: 'fd00::2' },
      { ...forward, address: 'fd00::2', hostIP: '2001:db8::1', protocol: 'SCTP' },
    ]),
  ).join('\n');
  t.is(
    text,
    `add table inet ours
add map inet ours in4 { type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }
flush map inet ours in4
add element inet ours in4 { udp . 192.0.2.1 . 80 : 10.208.1.2 . 8080 }
add map inet ours in6 { type inet_proto . ipv6_addr . inet_service : ipv6_addr . inet_service; }
flush map inet ours in6
add element inet ours in6 { sctp . 2001:db8::1 . 80 : fd00::2 . 8080 }
add map inet ours any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
flush map inet ours any4
add element inet ours any4 { tcp . 80 : 10.208.1.2 . 8080 }
add map inet ours any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
flush map inet ours any6
add element inet ours any6 { tcp . 80 : fd00::2 . 8080 }
add chain inet ours ports
flush chain inet ours ports
add chain inet ours prerouting { type nat hook prerouting priority -100; policy accept; }
flush chain inet ours prerouting
add chain inet ours output { type nat hook output priority -100; policy accept; }
flush chain inet ours output
add rule inet ours ports meta l4proto { tcp, udp, sctp } dnat ip to meta l4proto . ip daddr . th dport map @in4
add rule inet ours ports meta l4proto { tcp, udp, sctp } dnat ip to meta l4proto . th dport map @any4
add rule inet ours ports meta l4proto { tcp, udp, sctp } dnat ip6 to meta l4proto . ip6 daddr . th dport map @in6
add rule inet ours ports meta l4proto { tcp, udp, sctp } dnat ip6 to meta l4proto . th dport map @any6
add rule inet ours prerouting ip daddr 127.0.0.0/8 return
add rule inet ours prerouting fib daddr type local jump ports
add rule inet ours output ip6 daddr ::1 return
add rule inet ours output fib daddr type local jump ports`,
  );
});

test('of one port of one address the first forward stands: twice would be refused', (t) => {
  const { sets } = forwardsPart([forward, { ...forward, address: '10.208.1.3' }, { ...forward, address: 'fd00::3' }]);
  t.deepEqual(
    sets.flatMap(({ elements }) => elements),
    ['tcp . 80 : 10.208.1.2 . 8080', 'tcp . 80 : fd00::3 . 8080'],
  );
});

test('networks are sets of bridges, and each has its ways out, but for an internal one', (t) => {
  const front = {
    uid: 'a',
    bridge: 'ts1-a',
    subnets: [
      { subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
      { subnet: 'fd00::/64', gateway: 'fd00::1' },
    ],
    internal: false,
  };
  const vault = {
    uid: 'b',
    bridge: 'ts1-b',
    subnets: [{ subnet: '10.2.0.0/24', gateway: '10.2.0.1' }],
    internal: true,
  };
  const text = replacePart('ours', networksPart([front, vault])).join('\n');
  t.is(
    text,
    `add table inet ours
add set inet ours bridges { type ifname; }
flush set inet ours bridges
add element inet ours bridges { "ts1-a", "ts1-b" }
add set inet ours internal { type ifname; }
flush set inet ours internal
add element inet ours internal { "ts1-b" }
add set inet ours within { type ifname . ifname; }
flush set inet ours within
add element inet ours within { "ts1-a" . "ts1-a", "ts1-b" . "ts1-b" }
add chain inet ours raw { type filter hook prerouting priority -300; policy accept; }
flush chain inet ours raw
add chain inet ours forward { type filter hook forward priority 0; policy accept; }
flush chain inet ours forward
add chain inet ours postrouting { type nat hook postrouting priority 100; policy accept; }
flush chain inet ours postrouting
add rule inet ours raw iifname @bridges ip daddr 127.0.0.0/8 drop
add rule inet ours raw iifname @bridges ip saddr 127.0.0.0/8 drop
add rule inet ours forward ct state established,related accept
add rule inet ours forward iifname . oifname @within accept
add rule inet ours forward iifname @internal drop
add rule inet ours forward oifname @internal drop
add rule inet ours forward ct status dnat accept
add rule inet ours forward oifname @bridges drop
add rule inet ours postrouting oifname "lo" return
add rule inet ours postrouting ip saddr 127.0.0.0/8 oifname @bridges masquerade
add rule inet ours postrouting ip saddr 10.1.0.0/24 oifname != "ts1-a" masquerade
add rule inet ours postrouting ip saddr 10.1.0.0/24 ip daddr 10.1.0.0/24 ct status dnat masquerade
add rule inet ours postrouting ip6 saddr fd00::/64 oifname != "ts1-a" masquerade
add rule inet ours postrouting ip6 saddr fd00::/64 ip6 daddr fd00::/64 ct status dnat masquerade`,
  );
});

test('neither part has a word about what belongs to the other, and without anything no rules are left', (t) => {
  const names = (part: { sets: readonly { name: string }[]; chains: readonly { name: string }[] }): string[] =>
    [...part.sets, ...part.chains].map(({ name }) => name);
  const forwards = forwardsPart([]);
  const networks = networksPart([]);
  t.deepEqual(
    names(forwards).filter((name) => names(networks).includes(name)),
    [],
  );
  const rules = [...forwards.chains, ...networks.chains].flatMap((chain) => chain.rules);
  t.deepEqual(rules, []);
  t.deepEqual(deleteTable('ours'), ['add table inet ours', 'delete table inet ours']);
});
