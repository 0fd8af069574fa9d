import { RuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import type { Networks, NetworkSpec } from '../../runtime/ports/networks.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Test } from './registry.ts';

export interface NetworksHarness extends AsyncDisposable {
  readonly networks: Networks;
  readonly sandboxes: Sandboxes;
  readonly read: (path: string) => Promise<string | undefined>;
}

/** A bridge with 13 addresses of IPv4 to give, and plenty of IPv6; each number another one, from 1 to 9. */
export const bridge = (number: number, more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  uid: `${number}a5b0000-0000-4000-8000-00000000000${number}`,
  namespace: 'default',
  name: `net-${number}`,
  driver: 'bridge',
  subnets: [
    { subnet: `10.209.${number}.0/28`, gateway: `10.209.${number}.1` },
    { subnet: `fd12:3456:789a:${number}::/64`, gateway: `fd12:3456:789a:${number}::1` },
  ],
  internal: false,
  ...more,
});

/** One interface on the loopback, which every machine with CNI has. */
const rawList: NetworkSpec = {
  ...bridge(9),
  driver: 'cni',
  subnets: [],
  config: { cniVersion: '1.0.0', name: 'raw', plugins: [{ type: 'loopback' }] },
};

export const sandboxUid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

type Assertions = Parameters<Parameters<Test>[1]>[0];

/** Fails unless it rejects like this. */
export async function refuses(
  t: Assertions,
  work: Promise<unknown>,
  code: RuntimeErrorCode,
  reason?: string,
): Promise<void> {
  const error = await t.throwsAsync(work, { instanceOf: RuntimeError });
  t.is(error.code, code, error.message);
  t.is(error.reason, reason, error.message);
}

/** What every Networks promises. */
export function networksSuite(test: Test, name: string, create: () => Promise<NetworksHarness>): void {
  test(`${name}: what is ensured is listed, and answers the same again`, async (t) => {
    await using harness = await create();
    const { networks } = harness;
    const state = await networks.ensure(bridge(1));
    t.regex(state.interface ?? '', /^ts[0-9a-f]{5}-[0-9a-f]{7}$/);
    t.deepEqual(await networks.ensure(bridge(1)), state);
    t.not((await networks.ensure(bridge(2))).interface, state.interface);
    t.deepEqual((await networks.list()).toSorted(), [bridge(1).uid, bridge(2).uid]);
  });

  test(`${name}: a subnet over another network's is refused, and can be had when that has gone`, async (t) => {
    await using harness = await create();
    const { networks } = harness;
    await networks.ensure(bridge(1));
    const wider = bridge(2, { subnets: [{ subnet: '10.209.0.0/20', gateway: '10.209.0.1' }] });
    await refuses(t, networks.ensure(wider), 'InvalidArgument', 'SubnetOverlap');
    t.deepEqual(await networks.list(), [bridge(1).uid]);
    await networks.remove(bridge(1).uid);
    await networks.ensure(wider);
    t.deepEqual(await networks.list(), [wider.uid]);
  });

  test(`${name}: a network that nobody uses takes other subnets`, async (t) => {
    await using harness = await create();
    const { networks } = harness;
    await networks.ensure(bridge(1));
    await networks.ensure(bridge(1, { subnets: bridge(2).subnets }));
    await networks.ensure(bridge(3, { subnets: bridge(1).subnets }));
    await refuses(t, networks.ensure(bridge(2)), 'InvalidArgument', 'SubnetOverlap');
  });

  test(`${name}: what is removed is gone, and again is success`, async (t) => {
    await using harness = await create();
    const { networks } = harness;
    await networks.ensure(bridge(1));
    await networks.remove(bridge(1).uid);
    await networks.remove(bridge(1).uid);
    t.deepEqual(await networks.list(), []);
  });

  test(`${name}: a network stays while sandboxes are attached`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    const { uid } = bridge(1);
    await networks.ensure(bridge(1));
    const id = `${sandboxUid(1)}.0`;
    const attachments = [{ network: uid }];
    await sandboxes.ensure({ id, ownerUid: sandboxUid(1), mode: 'cni', hostname: 'web', attachments });
    await refuses(t, networks.remove(uid), 'FailedPrecondition', 'InUse');
    await refuses(t, networks.ensure(bridge(1, { subnets: bridge(2).subnets })), 'FailedPrecondition', 'InUse');
    await networks.ensure(bridge(1, { internal: true }));
    t.deepEqual(await networks.list(), [uid]);
    await sandboxes.remove(id);
    await networks.remove(uid);
    t.deepEqual(await networks.list(), []);
  });

  test(`${name}: what cannot be is refused with its reason, and nothing of it is kept`, async (t) => {
    await using harness = await create();
    const { networks } = harness;
    await refuses(t, networks.ensure({ ...rawList, config: {} }), 'InvalidArgument', 'CniConfigInvalid');
    const parent = bridge(1, { driver: 'macvlan', mode: 'bridge', parent: 'nothere0' });
    await refuses(t, networks.ensure(parent), 'InvalidArgument', 'ParentNotFound');
    t.deepEqual(await networks.list(), []);
  });

  test(`${name}: where no names can be answered, the state says so`, async (t) => {
    await using harness = await create();
    const { dns, interface: own } = await harness.networks.ensure(rawList);
    t.like(dns, { available: false, reason: 'DNSUnsupported' });
    t.is(own, undefined);
  });

  test(`${name}: networks of ours are no ranges that others occupy, attached or not`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    await networks.ensure(bridge(1));
    const ours = async (): Promise<readonly unknown[]> =>
      (await networks.occupied()).filter(({ subnet }) => /^(10\.209\.1\.|fd12:3456:789a:1:)/.test(subnet));
    t.deepEqual(await ours(), []);
    const [id, attachments] = [`${sandboxUid(1)}.0`, [{ network: bridge(1).uid }]];
    await sandboxes.ensure({ id, ownerUid: sandboxUid(1), mode: 'cni', hostname: 'web', attachments });
    t.deepEqual(await ours(), []);
    await sandboxes.remove(id);
  });

  test(`${name}: where nothing is amiss a repair names no sandbox`, async (t) => {
    await using harness = await create();
    const { networks, sandboxes } = harness;
    t.deepEqual(await networks.repair(), []);
    await networks.ensure(bridge(1));
    const [id, attachments] = [`${sandboxUid(1)}.0`, [{ network: bridge(1).uid }]];
    await sandboxes.ensure({ id, ownerUid: sandboxUid(1), mode: 'cni', hostname: 'web', attachments });
    t.deepEqual(await networks.repair(), []);
    await sandboxes.remove(id);
  });
}
