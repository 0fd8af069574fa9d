import type { NetworkSpec } from '../../runtime/ports/networks.ts';
import type { Attachment, AttachmentSpec, Sandbox, Sandboxes } from '../../runtime/ports/sandboxes.ts';
import { containsAddress, parseAddress, parseCidr } from '../../schemas/values/addresses.ts';
import { bridge, refuses, sandboxUid, type NetworksHarness } from './networks.ts';
import type { Test } from './registry.ts';

const id = (number: number): string => `${sandboxUid(number)}.0`;

/** A sandbox with an interface in each of these. */
function attach(
  sandboxes: Sandboxes,
  number: number,
  attachments: readonly (NetworkSpec | AttachmentSpec)[],
): Promise<Sandbox> {
  return sandboxes.ensure({
    id: id(number),
    ownerUid: sandboxUid(number),
    mode: 'cni',
    hostname: `web-${number}`,
    attachments: attachments.map((one) => ('uid' in one ? { network: one.uid } : one)),
  });
}

const share = (sandboxes: Sandboxes, number: number, of: string): Promise<Sandbox> =>
  sandboxes.ensure({ id: id(number), ownerUid: sandboxUid(number), mode: 'shared', hostname: 'side', of });

const in1 = (more: Omit<AttachmentSpec, 'network'>): AttachmentSpec => ({ network: bridge(1).uid, ...more });
const ipv4 = (sandbox: Sandbox): string => sandbox.attachments[0]?.addresses[0] ?? '';

/** 1 address to give. */
const tiny = (number: number): NetworkSpec =>
  bridge(number, { subnets: [{ subnet: `10.209.${number}.0/30`, gateway: `10.209.${number}.1` }] });

/** What every Sandboxes promises of its modes `cni` and `shared`. */
export function attachmentsSuite(test: Test, name: string, create: () => Promise<NetworksHarness>): void {
  addressTests(test, name, create);
  changeTests(test, name, create);
  sharedTests(test, name, create);
}

function addressTests(test: Test, name: string, create: () => Promise<NetworksHarness>): void {
  test(`${name}: a sandbox has an interface with an address of each family, and keeps it`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes, read } = harness;
    await networks.ensure(bridge(1));
    const sandbox = await attach(sandboxes, 1, [bridge(1)]);
    const [attachment] = sandbox.attachments;
    t.like(attachment, { network: bridge(1).uid, interface: 'eth0' });
    t.regex(attachment?.mac ?? '', /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
    t.is(attachment?.addresses.length, 2);
    for (const [index, { subnet, gateway }] of bridge(1).subnets.entries()) {
      const [cidr, address] = [parseCidr(subnet), parseAddress(attachment?.addresses[index] ?? '')];
      t.true(cidr && address && containsAddress(cidr, address), `${subnet} ${attachment?.addresses.join()}`);
      t.false(
        [gateway, '10.209.1.0', '10.209.1.15', 'fd12:3456:789a:1::'].includes(attachment?.addresses[index] ?? ''),
      );
    }
    t.truthy(sandbox.netnsPath);
    t.regex((await read(sandbox.hostsPath)) ?? '', new RegExp(`^${ipv4(sandbox)}\tweb-1$`, 'm'));
    t.regex((await read(sandbox.resolvConfPath)) ?? '', /^nameserver 10\.209\.1\.1$/m);
    t.deepEqual(await attach(sandboxes, 1, [bridge(1)]), sandbox);
    t.deepEqual(await sandboxes.list(), [id(1)]);
    await sandboxes.remove(id(1));
  });

  test(`${name}: addresses that are asked for are given, or refused with the reason`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(bridge(1));
    const first = await attach(sandboxes, 1, [in1({ addresses: ['10.209.1.9', 'fd12:3456:789a:1::9'] })]);
    t.deepEqual(first.attachments[0]?.addresses, ['10.209.1.9', 'fd12:3456:789a:1::9']);
    const second = await attach(sandboxes, 2, [in1({ addresses: ['fd12:3456:789a:1::7'] })]);
    t.is(second.attachments[0]?.addresses[1], 'fd12:3456:789a:1::7');
    const taken = attach(sandboxes, 3, [in1({ addresses: ['10.209.1.9'] })]);
    await refuses(t, taken, 'InvalidArgument', 'AddressTaken');
    for (const address of ['10.209.2.9', '10.209.1.1', '10.209.1.0', '10.209.1.15', 'fd12:3456:789a:2::9']) {
      const outside = attach(sandboxes, 3, [in1({ addresses: [address] })]);
      await refuses(t, outside, 'InvalidArgument', 'AddressOutside');
    }
    // Who has an interface keeps it when another address is asked for and cannot be had.
    for (const address of ['10.209.1.9', '10.209.2.9']) {
      await t.throwsAsync(attach(sandboxes, 2, [in1({ addresses: [address] })]));
      t.deepEqual(await attach(sandboxes, 2, [in1({})]), second);
    }
    await sandboxes.remove(id(1));
    t.is(ipv4(await attach(sandboxes, 3, [in1({ addresses: ['10.209.1.9'] })])), '10.209.1.9');
    for (const number of [2, 3]) await sandboxes.remove(id(number));
  });

  test(`${name}: addresses that it would like are given where they are free`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(bridge(1));
    t.is(ipv4(await attach(sandboxes, 1, [in1({ preferred: ['10.209.1.11'] })])), '10.209.1.11');
    const other = ipv4(await attach(sandboxes, 2, [in1({ preferred: ['10.209.1.11', '192.0.2.1'] })]));
    t.regex(other, /^10\.209\.1\.\d+$/);
    t.not(other, '10.209.1.11');
    t.is(ipv4(await attach(sandboxes, 1, [bridge(1)])), '10.209.1.11');
    for (const number of [1, 2]) await sandboxes.remove(id(number));
  });

  test(`${name}: where no address is left that is the reason, until one is given back`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(tiny(1));
    await networks.ensure(bridge(2));
    t.is(ipv4(await attach(sandboxes, 1, [tiny(1)])), '10.209.1.2');
    await refuses(t, attach(sandboxes, 2, [bridge(2), tiny(1)]), 'ResourceExhausted', 'NoFreeAddress');
    await sandboxes.remove(id(2));
    await networks.remove(bridge(2).uid);
    await sandboxes.remove(id(1));
    t.is(ipv4(await attach(sandboxes, 2, [tiny(1)])), '10.209.1.2');
    await sandboxes.remove(id(2));
  });

  test(`${name}: sandboxes that come at once never share an address`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(bridge(1));
    const numbers = [1, 2, 3, 4, 5, 6];
    const all = await Promise.all(numbers.map((number) => attach(sandboxes, number, [bridge(1)])));
    const addresses = all.flatMap(({ attachments }) => attachments.flatMap((one) => one.addresses));
    t.is(new Set(addresses).size, 2 * numbers.length);
    t.is(new Set(all.map(({ attachments }) => attachments[0]?.mac)).size, numbers.length);
    await Promise.all(numbers.map((number) => sandboxes.remove(id(number))));
    t.deepEqual(await sandboxes.list(), []);
  });

  test(`${name}: a network that was not ensured is none`, async (t) => {
    await using harness = await create();
    await refuses(t, attach(harness.sandboxes, 1, [bridge(1)]), 'NotFound');
    await harness.sandboxes.remove(id(1));
  });
}

function changeTests(test: Test, name: string, create: () => Promise<NetworksHarness>): void {
  const in2 = (sandbox: Sandbox): Attachment | undefined =>
    sandbox.attachments.find(({ network }) => network === bridge(2).uid);

  test(`${name}: attaching to a network and detaching from one leaves the others alone`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    for (const number of [1, 2, 3]) await networks.ensure(bridge(number));
    const one = await attach(sandboxes, 1, [bridge(1)]);
    const two = await attach(sandboxes, 1, [bridge(1), bridge(2)]);
    t.is(two.netnsPath, one.netnsPath);
    t.deepEqual(two.attachments[0], one.attachments[0]);
    t.is(in2(two)?.interface, 'eth1');
    const last = await attach(sandboxes, 1, [bridge(2)]);
    t.deepEqual(last.attachments, two.attachments.slice(1));
    await networks.remove(bridge(1).uid);
    const again = await attach(sandboxes, 1, [bridge(3), bridge(2)]);
    t.deepEqual(
      again.attachments.map(({ network, interface: own }) => `${network} ${own}`),
      [`${bridge(3).uid} eth0`, `${bridge(2).uid} eth1`],
    );
    t.deepEqual(in2(again), in2(last));
    await sandboxes.remove(id(1));
  });

  test(`${name}: another address that is asked for takes the place of the one it had`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    for (const number of [1, 2]) await networks.ensure(bridge(number));
    const before = await attach(sandboxes, 1, [in1({ addresses: ['10.209.1.9'] }), bridge(2)]);
    const after = await attach(sandboxes, 1, [in1({ addresses: ['10.209.1.10'] }), bridge(2)]);
    t.is(ipv4(after), '10.209.1.10');
    t.deepEqual(in2(after), in2(before));
    t.is(ipv4(await attach(sandboxes, 2, [in1({ addresses: ['10.209.1.9'] })])), '10.209.1.9');
    for (const number of [1, 2]) await sandboxes.remove(id(number));
  });

  test(`${name}: what others do does not change the address of a sandbox`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(bridge(1));
    await attach(sandboxes, 1, [bridge(1)]);
    const kept = await attach(sandboxes, 2, [bridge(1)]);
    await sandboxes.remove(id(1));
    await attach(sandboxes, 3, [bridge(1)]);
    t.deepEqual(await attach(sandboxes, 2, [bridge(1)]), kept);
    for (const number of [2, 3]) await sandboxes.remove(id(number));
  });
}

function sharedTests(test: Test, name: string, create: () => Promise<NetworksHarness>): void {
  test(`${name}: a sandbox shares the namespace and the files of another one`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes, read } = harness;
    await networks.ensure(bridge(1));
    const owner = await attach(sandboxes, 1, [bridge(1)]);
    const shared = await share(sandboxes, 2, id(1));
    const { netnsPath, hostsPath, hostnamePath, resolvConfPath } = owner;
    const files = { netnsPath, hostsPath, hostnamePath, resolvConfPath };
    t.deepEqual(shared, { ...files, id: id(2), mode: 'shared', attachments: [] });
    t.deepEqual(await share(sandboxes, 2, id(1)), shared);
    t.deepEqual((await sandboxes.list()).toSorted(), [id(1), id(2)]);
    await sandboxes.remove(id(2));
    t.deepEqual(await attach(sandboxes, 1, [bridge(1)]), owner);
    t.is(await read(hostnamePath), 'web-1\n');
    await sandboxes.remove(id(1));
  });

  test(`${name}: there is nothing to share where no sandbox has a network`, async (t) => {
    await using harness = await create();
    const { sandboxes } = harness;
    await refuses(t, share(sandboxes, 2, id(1)), 'NotFound');
    await sandboxes.ensure({ id: id(1), ownerUid: sandboxUid(1), mode: 'none', hostname: 'web-1' });
    await refuses(t, share(sandboxes, 2, id(1)), 'NotFound');
    for (const number of [1, 2]) await sandboxes.remove(id(number));
  });
}
