/**
 * Accept rules in front of others' chains of nftables, those of iptables-nft included, that drop what nobody accepts: an accept in a chain of
 * ours does not lift a drop in another. DOCKER-USER is not among them: where Docker drops, the chain that jumps there does.
 */
import type { FirewallNetwork } from '../ports/firewall.ts';
import { acceptRules, ruleChanges, type AcceptRule, type BesideHook } from './accept-rules.ts';
import type { FirewallNames } from './names.ts';
import type { ListedChain, ListedRule, Nft } from './nft.ts';

const FAMILIES: Readonly<Record<string, readonly (4 | 6)[]>> = { ip: [4], ip6: [6], inet: [4, 6] };

/** Puts in what is missing and takes out what is not wanted. Answers whether anything was to be done. */
export async function syncBesideNft(
  nft: Nft,
  { table, comment }: FirewallNames,
  networks: readonly FirewallNetwork[],
): Promise<boolean> {
  const listed = (await nft.list('chains')) ?? [];
  const chains = listed.flatMap(({ chain }) => chain ?? []).filter((chain) => chain.table !== table && concerns(chain));
  const lines = await Promise.all(chains.map((chain) => changesOf(nft, chain, comment, networks)));
  if (lines.flat().length === 0) return false;
  await nft.apply(lines.flat());
  return true;
}

function concerns({ family, type, hook }: ListedChain): boolean {
  return type === 'filter' && (hook === 'forward' || hook === 'input') && FAMILIES[family] !== undefined;
}

async function changesOf(
  nft: Nft,
  { family, table, name, hook, policy }: ListedChain,
  comment: string,
  networks: readonly FirewallNetwork[],
): Promise<readonly string[]> {
  const listed = await nft.list('chain', family, table, name);
  const rules = (listed ?? []).flatMap(({ rule }) => rule ?? []);
  const found = rules
    .filter((rule) => rule.comment === comment)
    .map((rule) => ({ name: rule.handle, rule: readRule(rule) }));
  const drops = policy === 'drop' || dropsAll(rules.at(-1));
  const wanted = drops ? acceptRules(hook as BesideHook, FAMILIES[family] ?? [], networks) : [];
  const { remove, insert } = ruleChanges(found, wanted);
  const chain = `${family} ${table} ${name}`;
  return [
    ...remove.map((handle) => `delete rule ${chain} handle ${String(handle)}`),
    ...insert.map((rule) => `insert rule ${chain} ${ruleText(rule)} comment "${comment}"`),
  ];
}

/** A last rule that looks at nothing: firewalld's, and that of many a hand-written set. */
export function dropsAll(rule: ListedRule | undefined): boolean {
  if (rule === undefined || rule.expr.some((part) => 'match' in part)) return false;
  return rule.expr.some((part) => 'drop' in part || 'reject' in part || isRejectTarget(part['xt']));
}

/** iptables has a REJECT of its own. */
function isRejectTarget(target: unknown): boolean {
  const { type, name } = (target ?? {}) as { type?: string; name?: string };
  return type === 'target' && name === 'REJECT';
}

export function ruleText({ in: from, out, to, protocol, port }: AcceptRule): string {
  return [
    from === undefined ? [] : [`iifname "${from}"`],
    out === undefined ? [] : [`oifname "${out}"`],
    to === undefined ? [] : [`${to.includes(':') ? 'ip6' : 'ip'} daddr ${to}`],
    protocol === undefined ? [] : [`${protocol} dport ${String(port)}`],
    ['accept'],
  ]
    .flat()
    .join(' ');
}

interface Match {
  readonly left?: {
    readonly meta?: { readonly key: string };
    readonly payload?: { readonly protocol: string; readonly field: string };
  };
  readonly right?: unknown;
}

/** A rule of ours as it is listed. */
export function readRule({ expr }: Pick<ListedRule, 'expr'>): AcceptRule {
  let rule: AcceptRule = {};
  for (const { match } of expr as readonly { readonly match?: Match }[]) {
    const { left, right } = match ?? {};
    if (left?.meta?.key === 'iifname') rule = { ...rule, in: String(right) };
    if (left?.meta?.key === 'oifname') rule = { ...rule, out: String(right) };
    if (left?.payload?.field === 'daddr') rule = { ...rule, to: String(right) };
    if (left?.payload?.field !== 'dport') continue;
    rule = { ...rule, protocol: left.payload.protocol === 'tcp' ? 'tcp' : 'udp', port: Number(right) };
  }
  return rule;
}
