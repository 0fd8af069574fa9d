import type { Log } from '../../controllers/engine/environment.ts';
import { createFirewall } from '../../runtime/firewall/create.ts';
import { openNetworks } from '../../runtime/network/open-networks.ts';
import type { Host, HostFacts } from '../../runtime/ports/host.ts';

export interface TearDownNetworksOptions {
  readonly facts: HostFacts;
  readonly host: Host;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Interfaces, bridges, rules, and what was changed of the machine for them: as plugins do it, and what they could not do without them. What cannot be
 * taken away is told, and keeps nothing else. Resolves with whether the machine's settings are as they were found.
 */
export async function tearDownNetworks({ facts, host, log, env }: TearDownNetworksOptions): Promise<boolean> {
  const firewall = createFirewall({ facts, host, log });
  const { networks, sandboxes, takeAwayByForce, isMachineChanged } = await openNetworks({
    facts,
    host,
    firewall,
    log,
    env,
  });
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (err) {
      log.warn({ what, err }, 'could not be taken away');
    }
  };
  await attempt('published ports', () => firewall.setForwards([]));
  await attempt('sandboxes', async () => {
    for (const id of await sandboxes.list()) await attempt(`sandbox ${id}`, () => sandboxes.remove(id));
  });
  await attempt('networks', async () => {
    for (const uid of await networks.list()) await attempt(`network ${uid}`, () => networks.remove(uid));
  });
  await attempt('rules of the firewall', () => firewall.setNetworks([]));
  await attempt('what is left of networks', takeAwayByForce);
  return !isMachineChanged();
}
