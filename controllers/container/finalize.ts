import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { madeAs } from './made-as.ts';
import { generationOfInstance, inSandbox, specHash } from './names.ts';
import { removeProbesOf } from './probe-keys.ts';
import { removeProjections } from './projections.ts';
import { endInstance, isAlive } from './start-first/former.ts';
import { NextStatus } from './start-first/next-status.ts';
import { ownStatus } from './start-first/own-status.ts';
import type { ContainerDeps, Work } from './work.ts';

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
    waiting = sooner(waiting, await endOne(apart(work, instance), instance));
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
  deps.givenLimits.forget(uid);
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

/** Only what leads to the object is told of in its status: others have their place and log where that is kept. */
function apart(work: Work, instance: InstanceState): Work {
  const { status } = work.context;
  const { update, draining = [] } = status.current;
  const generation = generationOfInstance(instance);
  const isNext = update?.sandboxGeneration === generation;
  const former = draining.find(({ sandboxGeneration }) => sandboxGeneration === generation);
  if (!isNext && former === undefined) return work;
  const { logRun, ip } = former ?? {};
  const known = { ...(logRun === undefined ? {} : { logRun }), ...(ip === undefined ? {} : { ip }) };
  const current = isNext ? new NextStatus(status).current : known;
  return {
    ...work,
    container: inSandbox(work.container, generation),
    context: { ...work.context, status: ownStatus(status, current) },
    side: isNext ? 'next' : 'former',
  };
}

async function endOne(work: Work, instance: InstanceState): Promise<Outcome | undefined> {
  const cause = 'the object is being deleted';
  if (work.side === undefined && isAlive(instance)) {
    work.context.status.set({ summary: 'Terminating' });
    work.context.status.condition({ type: 'Ready', status: 'False', reason: REASONS.Deleting, message: cause });
  }
  const { logRun: run } = work.context.status.current;
  const container = madeAs(work.container, instance, work.context) ?? work.container;
  const again = await endInstance({ ...work, container }, instance, { cause, run });
  if (again === undefined) return undefined;
  return { type: 'progressing', reason: REASONS.Stopping, message: cause, requeueAfterMs: again };
}
