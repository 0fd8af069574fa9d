import { REASONS } from '../../schemas/conditions.ts';
import { containerID } from './names.ts';
import type { Work } from './work.ts';

/**
 * Tells that the kernel took a process of a container for want of memory, while its first one runs: that is no end of a run, and nothing is
 * restarted. When it was the first one, its exit tells more. The runtime tells of it as it happens; what happens while no daemon runs is not told.
 */
export async function tellOutOfMemory({ context, deps }: Work): Promise<void> {
  const { state, containerID: written } = context.status.current;
  const id = written?.slice(containerID('').length);
  if (id === undefined || state?.running === undefined || !deps.instances.wasOutOfMemory(id)) return;
  const kills = await deps.containers.oomKills(id);
  deps.instances.forgetOutOfMemory(id);
  const message = `the kernel killed a process in it, because the memory limit was reached; ${kills} since its start`;
  context.event('Warning', REASONS.OOMKilled, message);
}
