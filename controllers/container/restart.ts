import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Outcome } from '../engine/contract.ts';
import { refreshProjections } from './projections.ts';
import type { Restart } from './restart-wanted.ts';
import { stopInstance } from './stop.ts';
import type { Work } from './work.ts';

/**
 * Stops a process on purpose, with its time of grace; it is started again when its exit has been recorded. The intention is written
 * down first: should we die in between, the next daemon knows that the exit is no crash, and goes on.
 */
export async function restartInstance(work: Work, instance: InstanceState, restart: Restart): Promise<Outcome> {
  const { container, context, deps } = work;
  const { status, event } = context;
  if (status.current.restarting === undefined) {
    await refreshProjections(container, context.reader, deps.volumes);
    status.set({ restarting: { ...restart } });
    await status.flush();
    event('Normal', restart.reason, `restarting: ${restart.message}`);
  }
  return stopInstance(work, instance, restart.message);
}
