import type { ExecutionContext } from 'ava';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import type { Sandboxes, SandboxSpec } from '../../../runtime/ports/sandboxes.ts';
import { bridge } from '../../suites/networks.ts';
import type { NetworkWorld } from './world.ts';

/** A sandbox that is in these networks. */
export const spec = (name: string, networks: readonly NetworkSpec[]): SandboxSpec => ({
  id: `${name}.0`,
  ownerUid: name,
  mode: 'cni',
  hostname: name,
  attachments: networks.map(({ uid }) => ({ network: uid })),
});

/** A network of two plugins, which allocate for themselves in `folder`. */
export const ofPlugins = (number: number, folder: string): NetworkSpec => ({
  ...bridge(number),
  driver: 'cni',
  subnets: [],
  config: {
    cniVersion: '1.0.0',
    name: 'raw',
    plugins: [
      {
        type: 'bridge',
        bridge: 'raw0',
        isGateway: true,
        // One address: who leaks it has no other.
        ipam: {
          type: 'host-local',
          dataDir: `${folder}/leases`,
          ranges: [[{ subnet: '10.220.0.0/30', gateway: '10.220.0.1' }]],
        },
      },
      { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
    ],
  },
});

/** Takes all away, and nothing is left of it anywhere. */
export async function clear(
  t: ExecutionContext,
  world: NetworkWorld,
  sandboxes: Sandboxes = world.sandboxes,
): Promise<void> {
  for (const id of await sandboxes.list()) await sandboxes.remove(id);
  for (const uid of await world.networks.list()) await world.networks.remove(uid);
  t.deepEqual(await world.leftovers(), []);
}
