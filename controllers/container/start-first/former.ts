import type { InstanceState } from '../../../runtime/ports/containers.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { removeProbes } from '../probe-keys.ts';
import { removeProjectionsOf } from '../projections.ts';
import { sandboxId } from '../sandbox.ts';
import { stopInstance } from '../stop.ts';
import { logRun, type Work } from '../work.ts';

export interface End {
  /** Why, for people. */
  readonly cause: string;
  /** When its time of grace began, in milliseconds; absent: now. */
  readonly since?: number;
  readonly run: number | undefined;
}

export const isAlive = ({ task }: InstanceState): boolean => task?.status === 'running' || task?.status === 'paused';

/** Stops an instance that serves nobody, and deletes it. Answers after how many milliseconds to look again; undefined: it is gone. */
export async function endInstance(work: Work, instance: InstanceState, end: End): Promise<number | undefined> {
  const { deps, context } = work;
  const { id, task } = instance;
  if (isAlive(instance)) {
    const stopping = await stopInstance(work, instance, end.cause, undefined, end.since);
    return stopping.type === 'progressing' ? stopping.requeueAfterMs : 0;
  }
  if (end.run !== undefined) await deps.logs.drain(logRun(work, end.run));
  const code = task?.exitCode === undefined ? '' : ` with code ${task.exitCode}`;
  context.event('Normal', REASONS.Stopped, `an instance ended${code}: ${end.cause}`);
  await deps.containers.delete(id);
  deps.instances.remove(id);
  deps.stops.delete(id);
  removeProbes(deps.probes, id);
  deps.hooks.abort(id);
  return undefined;
}

/** What an instance had for itself, once it is gone. */
export async function removePlace({ container, deps }: Work, generation: number): Promise<void> {
  await deps.sandboxes.remove(sandboxId(container, generation));
  await removeProjectionsOf(container.metadata.uid, generation, deps.volumes);
}
