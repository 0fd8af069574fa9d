import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { specHash } from './names.ts';
import { removeProbes, removeProbesOf } from './probe-keys.ts';
import { removeProjections } from './projections.ts';
import { stopInstance } from './stop.ts';
import { logRun, type ContainerDeps, type Work } from './work.ts';

/** The object goes: its process is stopped with its time of grace, then everything that was made for it goes too. */
export async function finalizeContainer(
  container: Container,
  context: ReconcileContext<ContainerStatus>,
  deps: ContainerDeps,
): Promise<Outcome> {
  const { uid } = container.metadata;
  const configuration = { places: [], missing: [] };
  const work: Work = { container, context, deps, specHash: specHash(container), configuration, dependencies: [] };
  let waiting: Outcome | undefined;
  for (const instance of await deps.instances.of(uid, context.signal)) {
    waiting = sooner(waiting, await endInstance(work, instance));
  }
  if (waiting !== undefined) return waiting;
  await deps.publications.withdraw(uid);
  await Promise.all([
    removeSandboxes(uid, deps.sandboxes),
    deps.volumes.removeScratch(uid),
    deps.logs.remove(uid),
    removeProjections(uid, deps.volumes),
  ]);
  removeProbesOf(deps.probes, uid);
  deps.stops.release(uid);
  deps.looks.forget(uid);
  deps.knownRevisions.forget(uid);
  deps.instances.release(uid);
  return settled();
}

/** All are stopped at the same time. */
function sooner(one: Outcome | undefined, other: Outcome | undefined): Outcome | undefined {
  return (requeueOf(other) ?? Infinity) < (requeueOf(one) ?? Infinity) ? other : (one ?? other);
}

const requeueOf = (outcome: Outcome | undefined): number | undefined =>
  outcome !== undefined && 'requeueAfterMs' in outcome ? outcome.requeueAfterMs : undefined;

/** All of its generations: a rollout may have been under way. */
async function removeSandboxes(uid: string, sandboxes: Sandboxes): Promise<void> {
  const own = (await sandboxes.list()).filter((id) => id.startsWith(`${uid}.`));
  for (const id of own) await sandboxes.remove(id);
}

async function endInstance(work: Work, instance: InstanceState): Promise<Outcome | undefined> {
  const { deps, context } = work;
  const { id, task } = instance;
  if (task?.status === 'running' || task?.status === 'paused') {
    const message = 'the object is being deleted';
    context.status.set({ summary: 'Terminating' });
    context.status.condition({ type: 'Ready', status: 'False', reason: REASONS.Deleting, message });
    return stopInstance(work, instance, message);
  }
  const run = context.status.current.logRun;
  if (run !== undefined) await deps.logs.drain(logRun(work, run));
  await deps.containers.delete(id);
  deps.instances.remove(id);
  removeProbes(deps.probes, id);
  deps.hooks.abort(id);
  return undefined;
}
