import type { Signal } from '../../ports/containers.ts';
import { unlessGone } from '../errors.ts';
import type { ContainersContext } from './context.ts';

/**
 * Signals init, or every process of the container. Without a cgroup (rootless, nothing delegated) runc cannot find the others, and
 * whoever asked would wait for ever: init alone gets the signal, and its pid namespace ends with it.
 */
export async function killInstance(
  context: ContainersContext,
  id: string,
  signal: Signal,
  options: { readonly all?: boolean } = {},
): Promise<void> {
  const all = options.all === true && context.facts.cgroups.controllers.length > 0;
  await unlessGone(context.connection.services.tasks.kill({ containerId: id, signal, all }));
}
