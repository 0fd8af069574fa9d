import test from 'ava';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import { acceptRules, ruleChanges } from '../../../runtime/firewall/accept-rules.ts';
import { readListing, ruleWords } from '../../../runtime/firewall/beside-legacy.ts';
import { dropsAll, readRule, ruleText } from '../../../runtime/firewall/beside-nft.ts';
import { createFirewall } from '../../../runtime/firewall/create.ts';
import type { HostProgram } from '../../../runtime/ports/host.ts';
import { makeFolder } from '../../support/interruption.ts';

const network = {
  uid: 'a',
  bridge: 'ts1-a',
  subnets: [
    { subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
    { subnet: 'fd00::/64', gateway: 'fd00:0::1' },
  ],
  internal: false,
};
const forward = { protocol: 'UDP', hostPort: 53, address: '10.1.0.2', port: 53 } as const;

/** A firewall on a machine whose programs do what `act` says. */
async function open(act: (program: HostProgram, args: readonly string[]) => string, legacy = false) {
  const runDirectory = await makeFolder('/tmp/tsn-');
  if (legacy) await writeFile(`${runDirectory}/ip_tables_names`, 'filter\n');
  const calls: string[] = [];
  const warnings: string[] = [];
  const host = {
    run: async (program: HostProgram, args: readonly string[]) => {
      calls.push([program, ...args].join(' '));
      return { stdout: act(program, args), stderr: '' };
    },
  };
  const facts = { runDirectory, bootId: 'boot-1', storeIdentity: '12345678-0000-4000-8000-000000000000' };
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  const create = () => createFirewall({ facts, host, log, procNet: legacy ? runDirectory : '/nonexistent' });
  return {
    firewall: create(),
    create,
    calls,
    warnings,
    path: `${runDirectory}/firewall/applied.json`,
    [Symbol.asyncDispose]: () => rm(runDirectory, { recursive: true, force: true }),
  };
}

const fail = (code: RuntimeErrorCode, message: string): never => {
  throw new RuntimeError(code, message);
};

test('without nft nothing can be had and nothing is left: the package is named, and to want nothing is no trouble', async (t) => {
  await using opened = await open(() => fail('Unsupported', 'nft is not installed'));
  const { firewall } = opened;
  await firewall.setNetworks([]);
  await firewall.setForwards([]);
  t.false(await firewall.repair());
  for (const work of [firewall.setNetworks([network]), firewall.setForwards([forward])]) {
    const error = await t.throwsAsync(work, { instanceOf: RuntimeError, message: /package nftables/ });
    t.is(error?.code, 'Unsupported');
  }
});

test('what nft refuses is told with its words, and tried again when it is wanted again', async (t) => {
  let refusal: string | undefined = 'Device or resource busy';
  await using opened = await open((_, args) => {
    if (args[0] === '-f' && refusal !== undefined) fail('Internal', `nft -f - ended with 1: ${refusal}`);
    return '{"nftables": []}';
  });
  const { firewall, calls } = opened;
  const error = await t.throwsAsync(firewall.setNetworks([network]), { message: /Device or resource busy/ });
  t.like(error, { code: 'Unavailable', reason: 'FirewallFailed' });
  refusal = undefined;
  await firewall.setNetworks([network]);
  calls.splice(0);
  await firewall.setNetworks([network]);
  t.deepEqual(calls, []);
});

test('when nft was stopped nobody knows what it did: the whole table is made anew, also by the next daemon', async (t) => {
  let isSlow = false;
  const inputs: string[] = [];
  await using opened = await open((program) => {
    if (isSlow) fail('DeadlineExceeded', 'nft -f - did not end within 10000 ms');
    inputs.push(program);
    return '{"nftables": []}';
  });
  const { firewall, create, calls, path } = opened;
  await firewall.setForwards([forward]);
  isSlow = true;
  await t.throwsAsync(firewall.setForwards([]), { message: /did not end/ });
  t.like(JSON.parse(await readFile(path, 'utf8')), { table: false, bootId: 'boot-1' });
  isSlow = false;
  calls.splice(0);
  await create().setForwards([forward]);
  t.deepEqual(calls, ['nft -f -']);
});

test('rules beside others that could not be made are known to be missing, also by the next daemon', async (t) => {
  let isLocked = false;
  await using opened = await open((_, args) =>
    isLocked && args.includes('chains') ? fail('Internal', 'nft ended with 1: busy') : '{"nftables": []}',
  );
  const { firewall, create, calls, path } = opened;
  await firewall.setNetworks([network]);
  for (const networks of [[network, { ...network, uid: 'b', bridge: 'ts1-b' }], []]) {
    isLocked = true;
    await t.throwsAsync(firewall.setNetworks(networks), { message: /busy/ });
    t.like(JSON.parse(await readFile(path, 'utf8')), { table: true, beside: false });
    isLocked = false;
    calls.splice(0);
    await create().setNetworks(networks);
    t.true(calls.includes('nft -j list chains'));
    await firewall.setNetworks(networks);
  }
});

test('iptables that another program has locked keep nothing else from being done, and are told as soon as they are free, also by the next daemon', async (t) => {
  const chain = '-P FORWARD DROP\n';
  let isLocked = true;
  await using opened = await open((program) => {
    if (program !== 'iptables-legacy') return '{"nftables": []}';
    return isLocked
      ? fail('Internal', 'iptables-legacy ended with 4: Another app is currently holding the xtables lock')
      : chain;
  }, true);
  const { firewall, create, calls, path } = opened;
  for (const each of [firewall, create()]) {
    const error = await t.throwsAsync(each.setNetworks([network]), { message: /holding the xtables lock/ });
    t.like(error, { code: 'Unavailable', reason: 'FirewallFailed' });
    t.like(JSON.parse(await readFile(path, 'utf8')), { table: true, beside: false });
  }
  t.true(calls.every((call) => !call.startsWith('iptables-legacy') || call.startsWith('iptables-legacy -w 5 ')));
  isLocked = false;
  calls.splice(0);
  t.true(await create().repair());
  t.true(
    calls.some((call) => call.startsWith('iptables-legacy -w 5 -I FORWARD -i ts1-a ')),
    calls.join('\n'),
  );
  t.like(JSON.parse(await readFile(path, 'utf8')), { beside: true });
});

test('without conntrack it is said once, and nothing fails', async (t) => {
  await using opened = await open((program) =>
    program === 'conntrack' ? fail('Unsupported', 'conntrack is not installed') : '{"nftables": []}',
  );
  await opened.firewall.setForwards([forward]);
  await opened.firewall.forgetFlows(['10.1.0.2', 'fd00::2']);
  t.is(opened.warnings.length, 1);
  t.deepEqual(
    opened.calls.filter((call) => call.startsWith('conntrack')),
    [
      'conntrack -L -p udp --orig-port-dst 53',
      'conntrack -D -p udp --reply-src 10.1.0.2',
      'conntrack -D -f ipv6 -p udp --reply-src fd00::2',
    ],
  );
});

test('rules beside others are made of what their chain can hold, and read back as what they are', (t) => {
  const rules = acceptRules('input', [4, 6], [network]);
  t.deepEqual(rules.map(ruleText), [
    'iifname "ts1-a" ip daddr 10.1.0.1 udp dport 53 accept',
    'iifname "ts1-a" ip daddr 10.1.0.1 tcp dport 53 accept',
    'iifname "ts1-a" ip6 daddr fd00::1 udp dport 53 accept',
    'iifname "ts1-a" ip6 daddr fd00::1 tcp dport 53 accept',
  ]);
  t.is(acceptRules('input', [6], [network]).length, 2);
  t.deepEqual(acceptRules('forward', [4], [network]).map(ruleText), [
    'iifname "ts1-a" accept',
    'oifname "ts1-a" accept',
  ]);
  const match = (left: object, right: unknown) => ({ match: { op: '==', left, right } });
  const expr = [
    match({ meta: { key: 'iifname' } }, 'ts1-a'),
    match({ payload: { protocol: 'ip', field: 'daddr' } }, '10.1.0.1'),
    match({ meta: { key: 'l4proto' } }, 'udp'),
    match({ payload: { protocol: 'udp', field: 'dport' } }, 53),
    { accept: null },
  ];
  t.deepEqual(readRule({ expr }), rules[0]);
  t.false(dropsAll({ chain: 'x', handle: 1, expr }));
  t.true(dropsAll({ chain: 'x', handle: 1, expr: [{ counter: {} }, { drop: null }] }));
});

test('one of each wanted rule stays, all others of ours go', (t) => {
  const [first, second] = acceptRules('forward', [4], [network]);
  const other = { in: 'ts1-gone' };
  const found = [first ?? {}, other, first ?? {}].map((rule, name) => ({ name, rule }));
  t.deepEqual(ruleChanges(found, [first ?? {}, second ?? {}]), { remove: [1, 2], insert: [second ?? {}] });
});

test("the older iptables' listing is read: policy, last rule, and rules of ours by their comment", (t) => {
  const [rule] = acceptRules('input', [4], [network]);
  const words = ruleWords(rule ?? {}, 'tsmoby:1');
  t.is(words.join(' '), '-i ts1-a -d 10.1.0.1 -p udp --dport 53 -m comment --comment tsmoby:1 -j ACCEPT');
  const ours = '-d 10.1.0.1/32 -i ts1-a -p udp -m udp --dport 53 -m comment --comment "tsmoby:1" -j ACCEPT';
  const listing = readListing(`-P INPUT ACCEPT\n-A INPUT ${ours}\n-A INPUT -s 1.2.3.4/32 -j DROP\n`, 'tsmoby:1');
  t.false(listing.drops);
  t.deepEqual(
    listing.ours.map((each) => each.rule),
    [rule],
  );
  t.true(readListing('-P INPUT DROP\n', 'tsmoby:1').drops);
  t.true(readListing('-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n', 'tsmoby:1').drops);
});
