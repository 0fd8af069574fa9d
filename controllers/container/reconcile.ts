import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseTime } from '../../schemas/values/time.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { verdictOf } from '../engine/verdict.ts';
import { act, limitsRefused } from './act.ts';
import { readDependencies, recordsOf } from './dependencies.ts';
import { readConfiguration } from './configuration.ts';
import { describeExit, hasSucceeded } from './exit.ts';
import { following } from './following.ts';
import { formerOf, isAwaiting, workOnRunning, type Former } from './former.ts';
import { superviseRun, type Health } from './health.ts';
import { linkImage, type ImageLink } from './image-link.ts';
import { asItRuns, configurationHashFor } from './kept.ts';
import { containerID, SPEC_HASH_LABEL, specHash } from './names.ts';
import { lookAfter } from './look-after.ts';
import { networkMode } from './network-mode.ts';
import { keepLogLimits } from './log-limits.ts';
import { tellOutOfMemory } from './out-of-memory.ts';
import { plan, type Observed } from './plan.ts';
import { noteHealth, readyCondition, type Readiness } from './readiness.ts';
import { bringChanges } from './on-change.ts';
import { announceAbsence, keepReachable, withdrawReach } from './reach.ts';
import { wasGood } from './rollout/begin.ts';
import { followRollout } from './rollout/follow.ts';
import { sharedSandbox } from './sandbox.ts';
import { reconcileInstances, type Scope } from './start-first/reconcile.ts';
import { soonest, type Pass } from './start-first/workers.ts';
import { switchOver } from './start-first/switch-over.ts';
import { imageFields, waitingStatus } from './status.ts';
import { wantedOf } from './wanted.ts';
import type { ContainerDeps, Work } from './work.ts';

type Context = ReconcileContext<ContainerStatus>;

/** Rounds of observe, plan and act in one pass. A healthy one needs three; a world that never agrees is looked at again later. */
const MAX_ROUNDS = 12;
/** How often limits that the kernel refused are tried again. */
const REFUSED_RETRY_MS = 30_000;

/** Brings one Container's instance and process to what its spec says, one planned step after another. */
export async function reconcileContainer(object: Container, context: Context, deps: ContainerDeps): Promise<Outcome> {
  if (isElsewhere(object, deps)) return settled();
  const container = following(object, context);
  const workers = { context, deps, pass: reconcileAimed };
  const caring =
    (outcome: Outcome): Pass =>
    (aimed, own, _, scope) =>
      scope.side === 'serving' ? reconcileAimed(aimed, own, deps, scope) : lookAfter(aimed, own, deps, scope, outcome);
  return followRollout(
    container,
    context,
    {
      pass: (aimed) => reconcileInstances(aimed, workers),
      switchOver: (aimed) => switchOver(aimed, workers),
      isRunning: () => isRunning(container, context, deps),
      lookAfter: (outcome) => reconcileInstances(container, { ...workers, pass: caring(outcome) }),
    },
    deps,
  );
}

async function isRunning({ metadata }: Container, { status, signal }: Context, { instances }: ContainerDeps) {
  const { containerID: written } = status.current;
  const found = (await instances.of(metadata.uid, signal)).find(({ id }) => containerID(id) === written);
  return found?.task?.status === 'running' || found?.task?.status === 'paused';
}

/** `container`: with the spec that is to run at present. Answers for the instances in `scope`. */
async function reconcileAimed(
  container: Container,
  context: Context,
  deps: ContainerDeps,
  scope: Scope,
): Promise<Outcome> {
  try {
    const { outcome, work, health, former } = await converge(container, context, deps, scope);
    const verdict = health && noteHealth(work, health);
    await tellOutOfMemory(work);
    if (outcome !== undefined) {
      if (former !== undefined && context.status.current.state?.running)
        await bringChanges(former, former.configuration);
      await announceAbsence(work);
      tellWaiting(context, outcome);
    }
    const concluded = outcome ?? (await conclude(work, verdict));
    // Last, for it is nothing that anybody is reached by or ready for.
    await keepLogLimits(former ?? work);
    return concluded;
  } catch (error) {
    if (!context.signal.aborted) tellWaiting(context, verdictOf(error).outcome);
    throw error;
  }
}

const isElsewhere = ({ spec }: Container, { nodeName }: ContainerDeps): boolean =>
  spec.nodeName !== undefined && spec.nodeName !== nodeName;

/** What a pass came to; no outcome: wanted and real agree. */
interface Converged {
  readonly outcome: Outcome | undefined;
  readonly work: Work;
  /** Of the process that runs, as it was found before the last steps. */
  readonly health: Health | undefined;
  /** About the former process that runs on meanwhile, if there is one. */
  readonly former?: Work;
}

/** `unheld`: it ran before, and waits for nothing. */
async function converge(
  container: Container,
  context: Context,
  deps: ContainerDeps,
  scope: Scope,
  unheld = scope.side === 'serving' || wasGood(container, context.status.current),
): Promise<Converged> {
  const { sees, side } = scope;
  // What is put back, or has another one beside it, has nobody whose place it keeps.
  const isKept = !unheld && side === undefined;
  for (let round = 1; ; round += 1) {
    const { status } = context;
    const configuration = readConfiguration(container, context.reader);
    const configurationHash = configurationHashFor(container, configuration, status.current, side);
    const hash = specHash(container, configurationHash);
    const instances = (await deps.instances.of(container.metadata.uid, context.signal)).filter(sees);
    const link = await linkImage(container, { fresh: isFresh(instances, hash), make: side !== 'serving' }, context);
    const found = foundOf(container, context, link);
    const dependencies = readDependencies(container, deps.dependencyObjects);
    const known = { container, context, deps, specHash: hash, ...(side && { side }) };
    const work = {
      ...known,
      ...(scope.others && { others: scope.others }),
      configuration,
      configurationHash,
      dependencies,
      ...asItRuns(found, instances, known),
    };
    const running = workOnRunning(work, instances);
    const health = superviseRun(running, instances);
    const wanted = wantedOf(work, unheld);
    // A former process that is not well is started again only where what replaces it has to wait.
    const counts = running === work || (isKept && (wanted.id === undefined || wanted.hold !== undefined));
    const steps = plan(wanted, observe(context, instances, counts ? health : undefined));
    const former = isKept ? formerOf(work, steps, instances) : undefined;
    if (former !== undefined) return keepFormer(former, context, deps, scope);
    const done = await act(work, steps, instances);
    if (done === 'again' || (done === undefined && isOfAnother(context, health))) {
      if (round === MAX_ROUNDS) return { outcome: NEVER_AGREE, work, health };
    } else {
      const waits = running !== work && isAwaiting(steps) ? { former: running } : {};
      return { outcome: done, work, health, ...waits };
    }
  }
}

/** What waits for its dependencies still waits; what ran before it is started again meanwhile, as ever. */
async function keepFormer(
  { container, hold }: Former,
  context: Context,
  deps: ContainerDeps,
  scope: Scope,
): Promise<Converged> {
  const kept = await converge(container, context, deps, scope, true);
  if (kept.outcome?.type === 'retry') return kept;
  return { ...kept, outcome: soonest(hold, kept.outcome?.requeueAfterMs) };
}

/** A process was started, adopted or wanted again in this round, and nobody looks after it yet. */
const isOfAnother = ({ status: { current } }: Context, health: Health | undefined): boolean =>
  current.state?.running !== undefined && current.pid !== health?.pid;

const NEVER_AGREE: Outcome = {
  type: 'retry',
  reason: REASONS.ReconcileError,
  message: `wanted and real do not agree after ${MAX_ROUNDS} rounds`,
};

/** No instance of the present spec: whatever is made next is a new one. */
const isFresh = (instances: readonly InstanceState[], hash: string): boolean =>
  !instances.some(({ labels }) => labels[SPEC_HASH_LABEL] === hash);

const observe = (
  { clock, status }: Context,
  instances: readonly InstanceState[],
  health: Health | undefined,
): Observed => ({
  now: clock.now(),
  instances,
  status: status.current,
  ...(health?.failure === undefined ? {} : { failure: health.failure }),
});

/** The image, and whose network it is that the instance is made for: without either no instance can be told to be the right one. */
function foundOf(container: Container, context: Context, link: ImageLink): Pick<Work, 'image' | 'shared' | 'blocked'> {
  if (link.type !== 'ready') return { blocked: link.outcome };
  if (networkMode(container) !== 'shared') return { image: link.image };
  try {
    return { image: link.image, shared: sharedSandbox(container, context.reader) };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { blocked: error.outcome };
  }
}

async function conclude(work: Work, verdict: Readiness | undefined): Promise<Outcome> {
  const { context } = work;
  const { status } = context;
  const { terminated } = status.current.state ?? {};
  if (terminated !== undefined) {
    await withdrawReach(work);
    return finished(context, terminated);
  }
  // Said again, because it may have been said of a former spec, or of the same image by another name.
  status.set({ ...imageFields(work), phase: 'Running', summary: REASONS.Running });
  status.set({ dependencies: recordsOf(work.dependencies, status.current.dependencies, false) });
  await bringChanges(work, work.configuration);
  const unreachable = await keepReachable(work);
  if (verdict?.failed !== undefined) context.event('Warning', REASONS.Unhealthy, verdict.failed);
  if (unreachable !== undefined) {
    const outcome = verdict?.ready === false ? alsoTelling(unreachable, verdict) : unreachable;
    tellWaiting(context, outcome);
    return outcome;
  }
  if (verdict !== undefined) status.condition(readyCondition(verdict));
  const again = limitsRefused(status) ? { requeueAfterMs: REFUSED_RETRY_MS } : {};
  if (verdict === undefined || verdict.ready) return { type: 'settled', ...again };
  const { reason, message } = verdict;
  return { type: 'progressing', reason, message, ...again };
}

/** Two things stand against Ready. */
const alsoTelling = (outcome: Outcome, { message }: Readiness): Outcome =>
  outcome.type === 'settled' ? outcome : { ...outcome, message: `${outcome.message}; ${message}` };

/** It ran to its end. Well: it is what its spec asks for. Badly: only a changed spec can help. */
function finished({ status }: Context, run: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>): Outcome {
  const reason = run.reason ?? REASONS.Error;
  const message = describeExit(run);
  status.removeCondition('ConfigurationCurrent');
  if (!hasSucceeded(run)) return { type: 'stalled', reason, message };
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.Completed, message });
  return settled();
}

/**
 * It is not what its spec says, and what for. Ready is False also while a container of a former spec runs on: whoever waits for
 * Ready waits for what was applied last. What is told of that container stays.
 */
function tellWaiting({ status, clock }: Context, outcome: Outcome): void {
  if (outcome.type === 'settled' || (outcome.type === 'waiting' && outcome.unknown)) return;
  const { type, reason, message } = outcome;
  const { state, nextStartTime } = status.current;
  const runs = state?.running !== undefined;
  if (runs) {
    if (type !== 'retry') status.set({ summary: reason });
  } else if (state?.terminated === undefined) status.set(waitingStatus(reason, message));
  if ((parseTime(nextStartTime ?? '') ?? Infinity) <= clock.now()) status.set({ nextStartTime: undefined });
  if (!(runs && type === 'retry')) status.condition({ type: 'Ready', status: 'False', reason, message });
}
