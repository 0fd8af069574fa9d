import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { execute } from './execute.ts';
import { linkImage, type ImageLink } from './image-link.ts';
import { instanceId, SPEC_HASH_LABEL, specHash } from './names.ts';
import { plan, type Step, type Wanted } from './plan.ts';
import { refreshProjections } from './projections.ts';
import { resourcesText, translateResources } from './resources.ts';
import { waitingStatus } from './status.ts';
import type { ContainerDeps, Work } from './work.ts';

type Context = ReconcileContext<ContainerStatus>;

/** Rounds of observe, plan and act in one pass. A healthy one needs three; a world that never agrees is looked at again later. */
const MAX_ROUNDS = 12;
/** How often limits that the kernel refused are tried again. */
const REFUSED_RETRY_MS = 30_000;

/** Brings one Container's instance and process to what its spec says, one planned step after another. */
export async function reconcileContainer(
  container: Container,
  context: Context,
  deps: ContainerDeps,
): Promise<Outcome> {
  if (isElsewhere(container, deps)) return settled();
  try {
    return conclude(container, context, await converge(container, context, deps), deps);
  } catch (error) {
    if (error instanceof ReconcileError) tellWaiting(context, error.outcome);
    throw error;
  }
}

const isElsewhere = ({ spec }: Container, { nodeName }: ContainerDeps): boolean =>
  spec.nodeName !== undefined && spec.nodeName !== nodeName;

/** Undefined: wanted and real agree. Else the outcome says what is waited for. */
async function converge(container: Container, context: Context, deps: ContainerDeps): Promise<Outcome | undefined> {
  const hash = specHash(container);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const instances = await deps.instances.of(container.metadata.uid, context.signal);
    const link = await linkImage(container, isFresh(instances, hash), context);
    const work = workOf(container, context, deps, hash, link);
    const steps = plan(wantedOf(container, hash, link), observe(context, instances));
    const done = await act(work, steps, instances, link);
    if (done !== 'again') return done;
  }
  return {
    type: 'retry',
    reason: REASONS.ReconcileError,
    message: `wanted and real do not agree after ${MAX_ROUNDS} rounds`,
  };
}

/** No instance of the present spec: whatever is made next is a new one. */
const isFresh = (instances: readonly InstanceState[], hash: string): boolean =>
  !instances.some(({ labels }) => labels[SPEC_HASH_LABEL] === hash);

const observe = ({ clock, status }: Context, instances: readonly InstanceState[]) => ({
  now: clock.now(),
  instances,
  status: status.current,
});

function wantedOf(container: Container, hash: string, link: ImageLink): Wanted {
  const { restartPolicy, resources } = container.spec;
  const id = link.type === 'ready' ? { id: instanceId(container, hash, link.manifestDigest) } : {};
  return { specHash: hash, ...id, resources: resourcesText(translateResources(resources)), restartPolicy };
}

function workOf(container: Container, context: Context, deps: ContainerDeps, hash: string, link: ImageLink): Work {
  const image = link.type === 'ready' ? { image: { object: link.image, manifestDigest: link.manifestDigest } } : {};
  return { container, context, deps, specHash: hash, ...image };
}

async function act(
  work: Work,
  steps: readonly Step[],
  instances: readonly InstanceState[],
  link: ImageLink,
): Promise<'again' | Outcome | undefined> {
  for (const step of steps) {
    if (link.type === 'blocked' && needsImage(step)) return link.outcome;
    work.context.log.debug({ step: step.type, cause: step.cause }, 'step');
    const executed = await execute(work, step, instances);
    if (executed !== undefined) return executed;
  }
  return undefined;
}

const needsImage = ({ type }: Step): boolean => type === 'AwaitImage' || type === 'Create' || type === 'Start';

async function conclude(
  container: Container,
  context: Context,
  outcome: Outcome | undefined,
  deps: ContainerDeps,
): Promise<Outcome> {
  if (outcome !== undefined) {
    tellWaiting(context, outcome);
    return outcome;
  }
  const { state, conditions = [] } = context.status.current;
  if (state?.terminated !== undefined) return finished(context, state.terminated);
  context.status.condition({ type: 'Ready', status: 'True', reason: REASONS.Running, message: 'its process runs' });
  await refreshProjections(container, context.reader, deps.volumes);
  const refused = conditions.some(({ type, status }) => type === 'ResourcesApplied' && status === 'False');
  return settled(refused ? REFUSED_RETRY_MS : undefined);
}

/** It ran to its end. Well: it is what its spec asks for. Badly: only a changed spec can help. */
function finished({ status }: Context, run: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>): Outcome {
  const reason = run.reason ?? REASONS.Error;
  const message = `exited with code ${run.exitCode ?? 'unknown'}${run.message ? `: ${run.message}` : ''}`;
  if (run.exitCode !== 0) return { type: 'stalled', reason, message };
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.Completed, message });
  return settled();
}

/** Nothing runs: status says what for. What runs on while something new is prepared keeps its status. */
function tellWaiting({ status }: Context, outcome: Outcome): void {
  if (outcome.type === 'settled' || (outcome.type === 'waiting' && outcome.unknown)) return;
  const { reason, message } = outcome;
  const { state } = status.current;
  if (state?.running === undefined && state?.terminated === undefined) status.set(waitingStatus(reason, message));
  if (outcome.type === 'progressing') status.condition({ type: 'Ready', status: 'False', reason, message });
}
