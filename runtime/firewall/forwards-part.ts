import { isIPv6 } from 'node:net';
import type { Forward } from '../ports/firewall.ts';
import type { TablePart } from './part.ts';

/** `in` are those at one address of the machine, `any` those at all of them. */
type MapName = 'in4' | 'in6' | 'any4' | 'any6';

const TYPES: Readonly<Record<MapName, string>> = {
  in4: 'inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service',
  in6: 'inet_proto . ipv6_addr . inet_service : ipv6_addr . inet_service',
  any4: 'inet_proto . inet_service : ipv4_addr . inet_service',
  any6: 'inet_proto . inet_service : ipv6_addr . inet_service',
};

const PORTED = 'meta l4proto { tcp, udp, sctp }';

/** Asked only for what goes to this machine itself; one address comes before all. */
const LOOKUPS = [
  `${PORTED} dnat ip to meta l4proto . ip daddr . th dport map @in4`,
  `${PORTED} dnat ip to meta l4proto . th dport map @any4`,
  `${PORTED} dnat ip6 to meta l4proto . ip6 daddr . th dport map @in6`,
  `${PORTED} dnat ip6 to meta l4proto . th dport map @any6`,
];

const LOCAL = 'fib daddr type local jump ports';

/** Where it stands, and in which map. */
export function elementOf({ protocol, hostIP, hostPort, address, port }: Forward) {
  const map: MapName = `${hostIP === undefined ? 'any' : 'in'}${isIPv6(address) ? 6 : 4}`;
  const at = [protocol.toLowerCase(), ...(hostIP === undefined ? [] : [hostIP]), hostPort].join(' . ');
  return { map, at, target: `${address} . ${String(port)}` };
}

/**
 * Published ports. Of the same port of the same address the first one stands.
 *
 * What comes from outside for 127.0.0.1 (a neighbour on the wire can send that) is left to the kernel, which drops it: led on before that, it would
 * reach what is published to this machine alone. From [::1] nothing leads elsewhere: the kernel does not send its packets out.
 */
export function forwardsPart(forwards: readonly Forward[]): TablePart {
  const maps: Record<MapName, Map<string, string>> = {
    in4: new Map(),
    in6: new Map(),
    any4: new Map(),
    any6: new Map(),
  };
  for (const { map, at, target } of forwards.map(elementOf)) if (!maps[map].has(at)) maps[map].set(at, target);
  const none = forwards.length === 0;
  return {
    sets: (['in4', 'in6', 'any4', 'any6'] as const).map((name) => ({
      kind: 'map',
      name,
      type: TYPES[name],
      elements: [...maps[name]].map(([at, target]) => `${at} : ${target}`),
    })),
    chains: [
      { name: 'ports', rules: none ? [] : LOOKUPS },
      {
        name: 'prerouting',
        hook: 'type nat hook prerouting priority -100',
        rules: none ? [] : ['ip daddr 127.0.0.0/8 return', LOCAL],
      },
      {
        name: 'output',
        hook: 'type nat hook output priority -100',
        rules: none ? [] : ['ip6 daddr ::1 return', LOCAL],
      },
    ],
  };
}
