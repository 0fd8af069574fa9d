import { isIPv6 } from 'node:net';
import type { FirewallNetwork } from '../ports/firewall.ts';
import type { TablePart } from './part.ts';

/**
 * Nothing new comes to a bridge from elsewhere, another bridge of ours included, but what a published port leads there. Since accept rules in others'
 * chains cannot lift a drop here, those need not be as narrow.
 *
 * With br_netfilter also what goes from one port of a bridge to another passes here, with the bridge as both ends.
 */
const FORWARD = [
  'ct state established,related accept',
  'iifname . oifname @within accept',
  'iifname @internal drop',
  'oifname @internal drop',
  'ct status dnat accept',
  'oifname @bridges drop',
];

/**
 * route_localnet, which lets this machine reach published ports by 127.0.0.1, would let containers talk to what listens on the machine's loopback, and
 * as if they were on it.
 */
const RAW = ['iifname @bridges ip daddr 127.0.0.0/8 drop', 'iifname @bridges ip saddr 127.0.0.0/8 drop'];

/** Isolation and masquerading for these networks. */
export function networksPart(networks: readonly FirewallNetwork[]): TablePart {
  const none = networks.length === 0;
  const bridges = networks.map(({ bridge }) => `"${bridge}"`);
  const internal = networks.filter((network) => network.internal).map(({ bridge }) => `"${bridge}"`);
  return {
    sets: [
      { kind: 'set', name: 'bridges', type: 'ifname', elements: bridges },
      { kind: 'set', name: 'internal', type: 'ifname', elements: internal },
      { kind: 'set', name: 'within', type: 'ifname . ifname', elements: bridges.map((name) => `${name} . ${name}`) },
    ],
    chains: [
      { name: 'raw', hook: 'type filter hook prerouting priority -300', rules: none ? [] : RAW },
      { name: 'forward', hook: 'type filter hook forward priority 0', rules: none ? [] : FORWARD },
      {
        name: 'postrouting',
        hook: 'type nat hook postrouting priority 100',
        rules: none ? [] : masquerading(networks),
      },
    ],
  };
}

function masquerading(networks: readonly FirewallNetwork[]): readonly string[] {
  return [
    // What stays on the machine keeps its address.
    'oifname "lo" return',
    'ip saddr 127.0.0.0/8 oifname @bridges masquerade',
    ...networks.filter(({ internal }) => !internal).flatMap(waysOut),
  ];
}

/**
 * Hairpin: who reaches a neighbour, or itself, by a published port must get the answer from there, so the neighbour has to send it by way of the
 * machine.
 */
function waysOut({ bridge, subnets }: FirewallNetwork): readonly string[] {
  return subnets.flatMap(({ subnet }) => {
    const ip = isIPv6(subnet.split('/')[0] ?? '') ? 'ip6' : 'ip';
    return [
      `${ip} saddr ${subnet} oifname != "${bridge}" masquerade`,
      `${ip} saddr ${subnet} ${ip} daddr ${subnet} ct status dnat masquerade`,
    ];
  });
}
