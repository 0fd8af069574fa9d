/**
 * The same for the older iptables, whose tables nft does not show. They are looked at only where the kernel says that there is a `filter` table
 * of them: asking iptables-legacy would make one.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError } from '../errors.ts';
import type { FirewallNetwork } from '../ports/firewall.ts';
import type { Host } from '../ports/host.ts';
import { acceptRules, ruleChanges, type AcceptRule, type BesideHook } from './accept-rules.ts';
import { nftFailure } from './nft.ts';

export interface LegacyOptions {
  readonly host: Pick<Host, 'run'>;
  /** `/proc/net` of the network namespace. */
  readonly procNet: string;
  readonly comment: string;
  /** Called when there are such tables and no program that could change them. */
  readonly onMissing: (program: string) => void;
}

const VARIANTS = [
  { program: 'iptables-legacy', names: 'ip_tables_names', family: 4 },
  { program: 'ip6tables-legacy', names: 'ip6_tables_names', family: 6 },
] as const;

const CHAINS: readonly (readonly [string, BesideHook])[] = [
  ['FORWARD', 'forward'],
  ['INPUT', 'input'],
];

/** Seconds that it waits for another iptables to end. */
const WAIT = ['-w', '5'];

/** Answers whether anything was to be done. Rejects as nft does. */
export async function syncBesideLegacy(options: LegacyOptions, networks: readonly FirewallNetwork[]): Promise<boolean> {
  let changed = false;
  for (const { program, names, family } of VARIANTS) {
    const tables = await readFile(join(options.procNet, names), 'utf8').catch(() => '');
    if (!tables.split('\n').includes('filter')) continue;
    try {
      for (const [chain, hook] of CHAINS) {
        const wanted = acceptRules(hook, [family], networks);
        if (await syncChain(options, program, chain, wanted)) changed = true;
      }
    } catch (error) {
      if (!isRuntimeError(error, 'Unsupported')) throw nftFailure(error);
      options.onMissing(program);
    }
  }
  return changed;
}

async function syncChain(
  { host, comment }: LegacyOptions,
  program: 'iptables-legacy' | 'ip6tables-legacy',
  chain: string,
  wanted: readonly AcceptRule[],
): Promise<boolean> {
  const { stdout } = await host.run(program, [...WAIT, '-S', chain]);
  const { drops, ours } = readListing(stdout, comment);
  const { remove, insert } = ruleChanges(ours, drops ? wanted : []);
  for (const words of remove) await host.run(program, [...WAIT, '-D', chain, ...words]);
  for (const rule of insert) await host.run(program, [...WAIT, '-I', chain, ...ruleWords(rule, comment)]);
  return remove.length + insert.length > 0;
}

/** Of `iptables -S CHAIN`: whether the chain drops what nobody accepts, and our rules, each named by its words. */
export function readListing(
  text: string,
  comment: string,
): { readonly drops: boolean; readonly ours: readonly { name: readonly string[]; rule: AcceptRule }[] } {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map((word) => word.replaceAll('"', '')));
  const rules = lines.filter(([verb]) => verb === '-A').map((words) => words.slice(2));
  const [first, target] = rules.at(-1) ?? [];
  const policy = lines.find(([verb]) => verb === '-P')?.[2];
  return {
    drops: policy === 'DROP' || (first === '-j' && (target === 'DROP' || target === 'REJECT')),
    ours: rules.filter((words) => words.includes(comment)).map((words) => ({ name: words, rule: readWords(words) })),
  };
}

function readWords(words: readonly string[]): AcceptRule {
  const after = (option: string): string | undefined =>
    words.includes(option) ? words[words.indexOf(option) + 1] : undefined;
  const [from, out, to, protocol, port] = ['-i', '-o', '-d', '-p', '--dport'].map(after);
  return {
    ...(from === undefined ? {} : { in: from }),
    ...(out === undefined ? {} : { out }),
    ...(to === undefined ? {} : { to: to.replace(/\/\d+$/, '') }),
    ...(protocol === 'tcp' || protocol === 'udp' ? { protocol } : {}),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

export function ruleWords({ in: from, out, to, protocol, port }: AcceptRule, comment: string): readonly string[] {
  return [
    ...(from === undefined ? [] : ['-i', from]),
    ...(out === undefined ? [] : ['-o', out]),
    ...(to === undefined ? [] : ['-d', to]),
    ...(protocol === undefined ? [] : ['-p', protocol, '--dport', String(port)]),
    '-m',
    'comment',
    '--comment',
    comment,
    '-j',
    'ACCEPT',
  ];
}
