import { isIPv6 } from 'node:net';
import { formatAddress, parseAddress } from '../../schemas/values/addresses.ts';
import type { FirewallNetwork } from '../ports/firewall.ts';

export type BesideHook = 'forward' | 'input';

/**
 * A rule that lets our traffic by, in a chain of somebody else. What it looks at, each only once, is also its identity. No more than iptables-nft can
 * read (no sets, no connection tracking): a chain of iptables with anything else in it cannot be listed by iptables any more.
 */
export interface AcceptRule {
  readonly in?: string;
  readonly out?: string;
  readonly to?: string;
  readonly protocol?: 'tcp' | 'udp';
  readonly port?: number;
}

/**
 * Both ways for each bridge: what may not be, our own table drops. And questions to its name servers.
 * @param families of the chain's table
 */
export function acceptRules(
  hook: BesideHook,
  families: readonly (4 | 6)[],
  networks: readonly FirewallNetwork[],
): readonly AcceptRule[] {
  if (hook === 'forward') return networks.flatMap(({ bridge }) => [{ in: bridge }, { out: bridge }]);
  return networks.flatMap(({ bridge, subnets }) =>
    subnets
      .map(({ gateway }) => canonical(gateway))
      .filter((gateway) => families.includes(isIPv6(gateway) ? 6 : 4))
      .flatMap((to) => (['udp', 'tcp'] as const).map((protocol) => ({ in: bridge, to, protocol, port: 53 }))),
  );
}

export const sameRule = (a: AcceptRule, b: AcceptRule): boolean =>
  a.in === b.in && a.out === b.out && a.to === b.to && a.protocol === b.protocol && a.port === b.port;

/** As nft and iptables list it. */
export function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}

/**
 * What is to be done so that those that are there become the wanted ones: exactly one of each.
 * @param found in the chain's order, each with what names it there
 */
export function ruleChanges<Name>(
  found: readonly { readonly name: Name; readonly rule: AcceptRule }[],
  wanted: readonly AcceptRule[],
): { readonly remove: readonly Name[]; readonly insert: readonly AcceptRule[] } {
  const firstOf = (rule: AcceptRule) => found.find((other) => sameRule(other.rule, rule));
  const isKept = (each: (typeof found)[number]): boolean =>
    firstOf(each.rule) === each && wanted.some((rule) => sameRule(rule, each.rule));
  return {
    remove: found.filter((each) => !isKept(each)).map(({ name }) => name),
    insert: wanted.filter((rule) => firstOf(rule) === undefined),
  };
}
