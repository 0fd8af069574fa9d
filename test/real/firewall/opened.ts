import { rm } from 'node:fs/promises';
import { createFirewall } from '../../../runtime/firewall/create.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import type { Firewall, FirewallNetwork, Forward } from '../../../runtime/ports/firewall.ts';
import type { Host } from '../../../runtime/ports/host.ts';
import { makeFolder } from '../../support/interruption.ts';
import type { ContainerPeer, NetworkWorld } from '../../support/network/world.ts';

export const FRONT: FirewallNetwork = {
  uid: 'front',
  bridge: 'ts12345-front',
  subnets: [
    { subnet: '10.208.1.0/24', gateway: '10.208.1.1' },
    { subnet: 'fd00:1::/64', gateway: 'fd00:1::1' },
  ],
  internal: false,
};

export const BACK: FirewallNetwork = {
  uid: 'back',
  bridge: 'ts12345-back',
  subnets: [{ subnet: '10.208.2.0/24', gateway: '10.208.2.1' }],
  internal: false,
};

export const VAULT: FirewallNetwork = {
  uid: 'vault',
  bridge: 'ts12345-vault',
  subnets: [{ subnet: '10.208.3.0/24', gateway: '10.208.3.1' }],
  internal: true,
};

export const TABLE = 'tsmoby_12345678';

export interface OpenedFirewall extends AsyncDisposable {
  readonly firewall: Firewall;
  readonly host: Host;
  readonly warnings: readonly string[];
  /** What the next daemon of this boot has. */
  readonly next: () => Firewall;
}

/** The adapter on the machine of a world. */
export async function openFirewall(world: NetworkWorld): Promise<OpenedFirewall> {
  const runDirectory = await makeFolder('/tmp/tsn-');
  const facts = { bootId: 'boot-1', storeIdentity: '12345678-0000-4000-8000-000000000000', runDirectory };
  const host = createHost({ runDirectory, prefix: () => world.prefix });
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  const next = (): Firewall => createFirewall({ facts, host, log, procNet: world.procNet });
  return {
    firewall: next(),
    host,
    warnings,
    next,
    [Symbol.asyncDispose]: () => rm(runDirectory, { recursive: true, force: true }),
  };
}

export async function makeBridges(world: NetworkWorld, ...networks: readonly FirewallNetwork[]): Promise<void> {
  for (const { bridge, subnets } of networks) {
    const addresses = subnets.map(({ subnet, gateway }) => `${gateway}/${subnet.split('/')[1] ?? ''}`);
    await world.bridge(bridge, ...addresses);
  }
}

/** 10.208.1.<last> and fd00:1::<last>. */
export const inFront = (world: NetworkWorld, last: number): Promise<ContainerPeer> =>
  world.container(
    FRONT.bridge,
    [`10.208.1.${String(last)}/24`, `fd00:1::${String(last)}/64`],
    ['10.208.1.1', 'fd00:1::1'],
  );

/** To port 8080 of the first container in FRONT, if not told otherwise. */
export const forward = (hostPort: number, more: Partial<Forward> = {}): Forward => ({
  protocol: 'TCP',
  hostPort,
  address: '10.208.1.2',
  port: 8080,
  ...more,
});
