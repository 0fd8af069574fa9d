import { REASONS } from '../../schemas/conditions.ts';
import { settled, type Outcome } from '../engine/contract.ts';
import { applyWanted, type Application } from './application.ts';
import { currentAttempt, endAttempt, tellEnd, type Attempt } from './attempt.ts';
import { digestOf, revisionOf } from './files-look.ts';
import type { SyncInputs } from './inputs.ts';
import { judge, type Verdict } from './judge.ts';
import { NotKnownYet, type Found } from './look.ts';
import { reportApplication } from './report.ts';
import type { Rendered } from './render/types.ts';
import { keepRevision, lastHealthy, type KeptRevision } from './revisions.ts';
import type { Visit } from './visit.ts';
import { count, cut } from './words.ts';

/** Makes the objects what the files say, and follows what becomes of them. */
export async function followFiles(visit: Visit, { view, isStale }: Found, inputs: SyncInputs): Promise<Outcome> {
  const { sync, deps, context } = visit;
  const { status } = context;
  if (!deps.members.ready) throw new NotKnownYet('looking at all objects');
  const rendered = await deps.renders.render(sync, view.read, inputs, context.signal);
  const [digest, revision] = [digestOf(view, inputs), revisionOf(view)];
  status.set({ files: view.read.files.length, objects: rendered.objects.length, signer: view.fetched.signer });
  const attempt = currentAttempt(visit, { digest, revision, commit: view.fetched.commit });
  if (attempt.state === 'rolled back') {
    const kept = await lastHealthy(visit, digest);
    if (kept !== undefined) return holdReverted(visit, attempt, kept);
    attempt.state = 'running';
  }
  const application = await applyWanted(visit, rendered.objects, {
    wasApplied: status.current.lastAppliedDigest === digest,
    isWhole: !isStale && rendered.problems.length === 0 && rendered.spoiled.size === 0,
  });
  return conclude(visit, attempt, rendered, application);
}

async function conclude(
  visit: Visit,
  attempt: Attempt,
  rendered: Rendered,
  application: Application,
): Promise<Outcome> {
  const { sync, context, deps } = visit;
  const { status, event, clock } = context;
  reportApplication(visit, application);
  const { problems, objects } = rendered;
  const verdict = judge({ spec: sync.spec, attempt, application, problems, now: clock.now() });
  if (verdict.type === 'done') {
    await succeed(visit, attempt, { revision: attempt.revision, digest: attempt.digest, objects }, verdict.isHealthy);
    tellChanges(visit, attempt, application);
    return settled();
  }
  status.condition({ type: 'Ready', status: 'False', reason: verdict.reason, message: cut(verdict.message) });
  reportHealth(visit, application);
  if (verdict.type !== 'failed') return outcomeOf(verdict);
  const wasRunning = attempt.state === 'running';
  const kept = wasRunning && sync.spec.onFailure === 'Revert' ? await lastHealthy(visit, attempt.digest) : undefined;
  if (kept === undefined) {
    if (attempt.state !== 'applied') endAttempt(visit, attempt, 'Failed', verdict.message);
    if (wasRunning) event('Warning', verdict.reason, cut(`${attempt.revision}: ${verdict.message}`));
    return outcomeOf(verdict);
  }
  endAttempt(visit, attempt, 'RolledBack', verdict.message);
  event(
    'Warning',
    REASONS.SyncRolledBack,
    cut(`${attempt.revision} failed, so ${kept.revision} is applied again: ${verdict.message}`),
  );
  deps.reverted.set(sync.metadata.uid, kept);
  return holdReverted(visit, attempt, kept);
}

/** All is as wanted. */
async function succeed(visit: Visit, attempt: Attempt, kept: KeptRevision, isHealthy: boolean): Promise<void> {
  const { sync, context } = visit;
  const { status } = context;
  const { revision, digest, objects } = kept;
  endAttempt(visit, attempt, 'Applied');
  status.set({ lastAppliedRevision: revision, lastAppliedDigest: digest });
  if (isHealthy || sync.spec.wait === false) {
    status.set({ lastHealthyRevision: revision, lastHealthyDigest: digest });
    if (sync.spec.onFailure === 'Revert') await keepRevision(visit, kept);
  }
  const message = `${revision}: ${count(objects.length, 'object')}`;
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.Applied, message });
  status.condition({
    type: 'Healthy',
    status: isHealthy ? 'True' : 'Unknown',
    reason: isHealthy ? REASONS.ObjectsReady : REASONS.ObjectsNotReady,
    message: isHealthy ? count(objects.length, 'object') : 'nobody waits for them: spec.wait is false',
  });
}

/** The last healthy revision is in force, until the files, the spec or a request give reason for another try. */
async function holdReverted(visit: Visit, attempt: Attempt, kept: KeptRevision): Promise<Outcome> {
  const { status } = visit.context;
  tellEnd(visit, attempt);
  const application = await applyWanted(visit, kept.objects, {
    wasApplied: status.current.lastAppliedDigest === kept.digest,
    isWhole: true,
  });
  reportApplication(visit, application);
  reportHealth(visit, application);
  const [last] = status.current.history ?? [];
  const why = last?.digest === attempt.digest ? `: ${last.message ?? ''}` : '';
  const { refused, pending } = application.applied;
  const isDone = refused.length === 0 && pending.length === 0;
  if (isDone) status.set({ lastAppliedRevision: kept.revision, lastAppliedDigest: kept.digest });
  const inForce = isDone ? `${kept.revision} is applied again` : `${kept.revision} is being applied again`;
  const message = cut(`${attempt.revision} failed, and ${inForce}${why}`);
  const requeueAfterMs =
    refused.length > 0 ? Math.max(1, Math.min(...refused.map(({ retryInMs }) => retryInMs))) : undefined;
  return {
    type: 'stalled',
    reason: REASONS.SyncRolledBack,
    message,
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

function reportHealth({ context: { status } }: Visit, { unhealthy }: Application): void {
  const [first] = unhealthy;
  status.condition({
    type: 'Healthy',
    status: first === undefined ? 'True' : 'False',
    reason: first === undefined ? REASONS.ObjectsReady : REASONS.ObjectsNotReady,
    message: first === undefined ? 'all of them' : cut(first.text),
  });
}

function tellChanges({ context: { event } }: Visit, { revision }: Attempt, { applied, pruned }: Application): void {
  const changes = [
    ...(applied.created > 0 ? [`${applied.created} created`] : []),
    ...(applied.configured > 0 ? [`${applied.configured} configured`] : []),
    ...((pruned?.deleted ?? 0) > 0 ? [`${pruned?.deleted} deleted`] : []),
  ];
  if (changes.length > 0) event('Normal', REASONS.Applied, `${revision}: ${changes.join(', ')}`);
}

function outcomeOf(verdict: Exclude<Verdict, { readonly type: 'done' }>): Outcome {
  const { reason } = verdict;
  const message = cut(verdict.message);
  switch (verdict.type) {
    case 'under way':
      return {
        type: 'progressing',
        reason,
        message,
        ...(verdict.againInMs === undefined ? {} : { requeueAfterMs: verdict.againInMs }),
      };
    case 'blocked':
      return { type: 'stalled', reason, message };
    case 'failed':
      if (verdict.againInMs === undefined && reason === REASONS.FilesInvalid)
        return { type: 'stalled', reason, message };
      return { type: 'waiting', reason, message, requeueAfterMs: verdict.againInMs ?? 60_000 };
  }
}
