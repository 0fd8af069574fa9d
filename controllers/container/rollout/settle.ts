import type { Container, ContainerStatus, ControllerRevision } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { formatMicroTime, parseTime } from '../../../schemas/values/time.ts';
import type { Outcome, ReconcileContext } from '../../engine/contract.ts';
import { findRevision, type Rollout } from './begin.ts';
import { isHeldBack, isReadyOutOfReach, isUntouched } from './blockers.ts';
import { isResultThere } from '../following.ts';
import { patienceMs, type Looks } from './looks.ts';
import { asItWas, readData } from './revision.ts';

type Context = ReconcileContext<ContainerStatus>;

const DEFAULT_DEADLINE_SECONDS = 600;
/** What no probe speaks for has to run this long before it counts: a process that cannot work ends soon. */
const TRIAL_MS = 2000;

/**
 * How far the change has come, after a pass that ended with `outcome`: done, under way, or failed. Answers what follows for the object as
 * a whole; `again`: the last good revision is to be put back in place, or what has just taken its place looked after, at once.
 */
export async function settleRollout(
  container: Container,
  context: Context,
  outcome: Outcome,
  { looks, switchOver }: { readonly looks: Looks; readonly switchOver: () => Promise<void> },
): Promise<Outcome | 'again'> {
  const { status, clock } = context;
  const { uid } = container.metadata;
  // While nobody can tell how it is, nothing is judged.
  if (outcome.type === 'waiting' && outcome.unknown) {
    looks.forget(uid);
    return outcome;
  }
  const { rollout: told, currentRevision, updateRevision } = status.current;
  if (told === undefined) {
    looks.forget(uid);
    if (currentRevision !== updateRevision)
      tell(context, REASONS.RolloutPaused, 'the change waits until spec.paused is taken away');
    else if (isUp(context, outcome)) tellDone(context);
    else tellUnderWay(context, outcome);
    return outcome;
  }
  if (told.reverted) return failed(context, told, outcome);
  const rollout = withOwnTime(told, context, outcome);
  const since = looks.told(uid, clock.now());
  if (isUp(context, outcome) || isReadyOutOfReach(rollout, status.current, outcome))
    return awaitTrial(container, context, rollout, outcome, switchOver);
  const { readySince: _, ...unready } = rollout;
  if (rollout.readySince !== undefined) status.set({ rollout: unready });
  return awaitReady(container, context, unready, { outcome, since });
}

/** It is what is aimed at, and can serve, or has done what it was to do. */
const isUp = ({ status }: Context, { type }: Outcome): boolean =>
  type === 'settled' &&
  (status.current.update === undefined ? isReady(status.current) : status.current.update.ready === true);

const isReady = ({
  conditions,
}: Context['status']['current'] & { conditions?: readonly { type: string; status: string }[] }): boolean =>
  (conditions ?? []).some(({ type: name, status: is }) => name === 'Ready' && is === 'True');

/** Ready: it must stay so for a while. */
async function awaitTrial(
  container: Container,
  context: Context,
  rollout: Rollout,
  outcome: Outcome,
  switchOver: () => Promise<void>,
): Promise<Outcome | 'again'> {
  const { status, clock } = context;
  const { update } = status.current;
  const { running } = (update ?? status.current).state ?? {};
  const now = clock.now();
  // Another process is another start, also when nobody looked in between.
  const since = Math.max(parseTime(rollout.readySince ?? '') ?? now, parseTime(running?.startedAt ?? '') ?? 0);
  const left = running === undefined ? 0 : since + trialMs(container, context) - now;
  if (left <= 0 && update !== undefined) {
    await switchOver();
    complete(context, rollout);
    await status.flush();
    return 'again';
  }
  if (left <= 0) {
    complete(context, rollout);
    return outcome;
  }
  status.set({ rollout: { ...rollout, readySince: formatMicroTime(since) } });
  const message = 'the new revision is ready, and must stay so for a while';
  tell(context, REASONS.RolloutProgressing, message);
  if (update === undefined) return soonest(outcome, left);
  const reason = REASONS.RolloutProgressing;
  status.condition({ type: 'Ready', status: 'False', reason, message });
  return soonest({ ...outcome, type: 'progressing', reason, message }, left);
}

function trialMs({ spec }: Container, { status }: Context): number {
  const asked = (spec.minReadySeconds ?? 0) * 1000;
  const first = status.current.currentRevision === undefined;
  return first || spec.readinessProbe !== undefined ? asked : Math.max(asked, TRIAL_MS);
}

function complete(context: Context, { revision }: Rollout): void {
  const { status, event } = context;
  const first = status.current.currentRevision === undefined;
  status.set({ currentRevision: revision, rollout: undefined });
  tellDone(context);
  if (!first) event('Normal', REASONS.RolloutComplete, `revision ${revision} is ready and serves`);
}

async function awaitReady(
  container: Container,
  context: Context,
  rollout: Rollout,
  { outcome, since }: { readonly outcome: Outcome; readonly since: number },
): Promise<Outcome | 'again'> {
  const { status, clock } = context;
  const { terminated } = status.current.state ?? {};
  // What has ended may also be a former job that is still in its place.
  if (terminated !== undefined && outcome.type === 'stalled' && status.current.update === undefined) {
    // It ended, and its policy wants no other run: there is nothing more to wait for.
    const ended = outcome.reason === (terminated.reason ?? REASONS.Error);
    tell(context, outcome.reason, ended ? 'the new revision ended without success' : outcome.message);
    return outcome;
  }
  if (rollout.failure !== undefined) return failed(context, rollout, outcome);
  const message = outcome.type === 'settled' ? 'it is not ready yet' : outcome.message;
  if (container.spec.paused) {
    tell(context, REASONS.RolloutPaused, `paused, and not ready: ${message}`);
    return outcome;
  }
  const deadline = (container.spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000;
  const due = (parseTime(rollout.startedAt ?? '') ?? 0) + deadline;
  const left = Math.max(due, since + Math.min(deadline, patienceMs(container.spec))) - clock.now();
  const wasLate = isBlocked(status.current);
  if (isHeldBack(rollout, status.current, outcome) && outcome.type !== 'settled' && (wasLate || left <= 0))
    return late(context, rollout, outcome);
  if (left > 0) {
    tell(context, REASONS.RolloutProgressing, message);
    return soonest(outcome, left);
  }
  return fail(container, context, rollout, outcome, message);
}

/** What kept it from its start until it was late is gone: its own time begins. */
function withOwnTime(rollout: Rollout, { status, clock }: Context, outcome: Outcome): Rollout {
  if (rollout.failure !== undefined || !isBlocked(status.current) || isHeldBack(rollout, status.current, outcome))
    return rollout;
  const begun = { ...rollout, startedAt: formatMicroTime(clock.now()) };
  status.set({ rollout: begun });
  return begun;
}

type Blocker = Exclude<Outcome, { type: 'settled' }>;

/** Too late, and no fault of the revision: what was good runs on, and the change goes on as soon as it can. */
function late(context: Context, { revision }: Rollout, outcome: Blocker): Outcome {
  const reason = REASONS.ProgressDeadlineExceeded;
  const message = `revision ${revision} could not be started in time: ${outcome.message}`;
  if (!isBlocked(context.status.current)) context.event('Warning', reason, message);
  tell(context, reason, message);
  return outcome;
}

/** That the change could not be started in time was told already. */
const isBlocked = ({ conditions = [], currentRevision }: Readonly<Partial<ContainerStatus>>): boolean =>
  currentRevision !== undefined &&
  conditions.some(({ type, reason }) => type === 'RolledOut' && reason === REASONS.ProgressDeadlineExceeded);

/** Too late. Back to what was good, where there is such a thing and nobody wishes otherwise. */
async function fail(
  container: Container,
  context: Context,
  rollout: Rollout,
  outcome: Outcome,
  why: string,
): Promise<Outcome | 'again'> {
  const { status, event } = context;
  const { currentRevision } = status.current;
  const good = currentRevision === undefined ? undefined : findRevision(container, currentRevision, context);
  // What ran before the change and still does needs no way back.
  const replaced = !isUntouched(rollout, status.current);
  const isLost = good !== undefined && replaced && !isThere(container, good, context);
  const reverted = good !== undefined && !isLost && container.spec.updateStrategy?.onFailure !== 'Stop';
  const failure = reverted && replaced ? REASONS.RolledBack : REASONS.ProgressDeadlineExceeded;
  const unready = `revision ${rollout.revision} was not ready in time: ${why}`;
  const lost = isLost ? `; the result that ${currentRevision ?? ''} was made of is no longer kept` : '';
  const message = failure === REASONS.RolledBack ? `${unready}; back to ${currentRevision ?? ''}` : `${unready}${lost}`;
  const next = { ...rollout, failure, message, reverted };
  event('Warning', failure, message);
  status.set({ rollout: next });
  await status.flush();
  return reverted ? 'again' : failed(context, next, outcome);
}

/** What a revision was made of is there: in an instance that still serves beside the next one, or where its Build keeps its results. */
function isThere(container: Container, good: ControllerRevision, context: Context): boolean {
  const { result } = readData(good);
  if (result === undefined || context.status.current.update !== undefined) return true;
  return isResultThere(asItWas(container, good), result, context);
}

/** The failure is what the object is about, as long as nothing else is wrong. The first revision goes on as it can. */
function failed(context: Context, rollout: Rollout, outcome: Outcome): Outcome {
  const { status } = context;
  const { failure = REASONS.ProgressDeadlineExceeded, message = '' } = rollout;
  tell(context, failure, message);
  if (status.current.currentRevision === undefined) return outcome;
  const atWork =
    outcome.type === 'retry' || outcome.type === 'progressing' || (rollout.reverted && outcome.type !== 'settled');
  if (atWork) return outcome;
  status.set({ summary: failure });
  const { requeueAfterMs } = outcome;
  return { type: 'stalled', reason: failure, message, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
}

function tell({ status }: Context, reason: string, message: string): void {
  const { gap } = status.current.rollout ?? {};
  const how = gap === undefined || reason !== REASONS.RolloutProgressing ? '' : ` (not by StartFirst: ${gap})`;
  status.condition({ type: 'RolledOut', status: 'False', reason, message: `${message}${how}` });
}

/** On its way back to the revision that was good last; one that was up and is not at present is rolled out all the same. */
function tellUnderWay(context: Context, outcome: Outcome): void {
  const { conditions = [] } = context.status.current;
  if (conditions.some(({ type, status }) => type === 'RolledOut' && status === 'True')) return;
  tell(context, REASONS.RolloutProgressing, outcome.type === 'settled' ? 'it is not ready yet' : outcome.message);
}

function tellDone({ status }: Context): void {
  const message = 'it runs what its spec says';
  status.condition({ type: 'RolledOut', status: 'True', reason: REASONS.RolloutComplete, message });
}

/** Looked at again after so many milliseconds at the latest. */
function soonest(outcome: Outcome, ms: number): Outcome {
  if (outcome.type === 'retry') return outcome;
  return { ...outcome, requeueAfterMs: Math.max(1, Math.min(outcome.requeueAfterMs ?? Infinity, ms)) };
}
