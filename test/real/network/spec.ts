import type { ExecutionContext } from 'ava';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import type { Sandboxes, SandboxSpec } from '../../../runtime/ports/sandboxes.ts';
import type { NetworkWorld } from './world.ts';

/** A sandbox that is in these networks. */
export const spec = (name: string, networks: readonly NetworkSpec[]): SandboxSpec => ({
  id: `${name}.0`,
  ownerUid: name,
  mode: 'cni',
  hostname: name,
  attachments: networks.map(({ uid }) => ({ network: uid })),
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
