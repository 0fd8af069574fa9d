import { REASONS } from '../../schemas/conditions.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { isLook } from '../../schemas/values/build-annotations.ts';
import { ReconcileError, settled, type Outcome } from '../engine/contract.ts';
import { builderState } from './builder.ts';
import { conclude } from './conclude.ts';
import { decide, type Decision } from './decide.ts';
import { clearUp, settleEnded, tidy, tidyContexts } from './ended.ts';
import { buildFailureText, type Failure } from './failure.ts';
import { findAll, NotKnownYet, type Found } from './find.ts';
import { credentialVersions } from './inputs.ts';
import { recordProgress, useKept, type Context } from './record.ts';
import { isOnlyImage } from './outputs.ts';
import { building, startBuild } from './start.ts';
import { Visit, type BuildDeps } from './visit.ts';

/**
 * A Build is ready when its result was made from everything that goes in now. Else it is built, beside the reconciler; a former result stays in
 * use until there is a new one.
 */
export async function reconcileBuild(build: Build, context: Context, deps: BuildDeps): Promise<Outcome> {
  const visit = new Visit(build, context, deps);
  await deps.jobs.endFormer(visit.key, build.metadata.uid);
  await settleEnded(visit);
  await clearUp(visit);
  let outcome: Outcome | undefined;
  try {
    outcome = await outcomeOf(visit);
  } finally {
    if (!visit.isUnknown && !isPending(outcome)) deps.turns.leave(visit.key);
    tellFailure(visit, outcome);
  }
  return conclude(visit, outcome);
}

/** It waits for its turn. */
const isPending = (outcome: Outcome | undefined): boolean =>
  outcome?.type === 'progressing' && outcome.reason === REASONS.BuildPending;

/** Of what is Stalled by it an Event is written anyway. */
function tellFailure({ failed, context }: Visit, outcome: Outcome | undefined): void {
  if (failed === undefined) return;
  const { reason, message } = failed;
  if (outcome?.type === 'stalled' && outcome.reason === reason && outcome.message === message) return;
  context.event('Warning', reason, message);
}

async function outcomeOf(visit: Visit): Promise<Outcome> {
  try {
    const { spec } = visit.build;
    if (visit.deps.jobs.get(visit.key)?.number === visit.cancelled) visit.deps.jobs.stop(visit.key, 'Cancelled');
    if (spec.suspend === true) return await suspended(visit);
    if (spec.revertTo !== undefined) return await reverted(visit, spec.revertTo);
    await lookForResult(visit);
    return await follow(visit, findAll(visit));
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    visit.isUnknown = error instanceof NotKnownYet;
    return error.outcome;
  } finally {
    const { deps, key, context, isUnknown, request } = visit;
    const job = deps.jobs.get(key);
    if (job !== undefined) recordProgress(job, context);
    // Whatever was found, it was looked for.
    if (request !== undefined && isLook(request) && !isUnknown) context.status.set({ observedBuildRequest: request });
  }
}

/** Nothing is built; what is there stays. Ready: there is a result. */
async function suspended(visit: Visit): Promise<Outcome> {
  const { context, deps, key } = visit;
  const { status } = context;
  deps.watches.keep(key, []);
  deps.jobs.stop(key, 'Cancelled');
  await lookForResult(visit);
  const { number } = status.current;
  const reason = visit.lost ? REASONS.ResultLost : REASONS.BuildSuspended;
  const there = visit.lost ? goneText(number) : `build ${number} is in use`;
  const message = number === undefined ? 'nothing was built yet' : there;
  status.condition({ type: 'Ready', status: number === undefined || visit.lost ? 'False' : 'True', reason, message });
  return settled();
}

const goneText = (number: number | undefined): string => `the image of build ${number} is gone from the store`;

/** A former result is in use. Nothing is built. */
async function reverted({ context, deps, key }: Visit, number: number): Promise<Outcome> {
  const { status, event, signal } = context;
  deps.watches.keep(key, []);
  deps.jobs.stop(key, 'Cancelled');
  const entry = status.current.history?.find((kept) => kept.number === number);
  const record = entry?.recordName === undefined ? undefined : await deps.results.find(entry.recordName, signal);
  if (entry !== undefined && record === undefined) {
    return { type: 'stalled', reason: REASONS.ResultNotFound, message: `spec.revertTo: ${goneText(number)}` };
  }
  if (entry === undefined || record === undefined) {
    const there = (status.current.history ?? []).map((kept) => kept.number).join(', ');
    const message = `spec.revertTo: there is no result ${number}; there ${there === '' ? 'are none' : `is ${there}`}`;
    return { type: 'stalled', reason: REASONS.ResultNotFound, message };
  }
  if (status.current.number !== number) {
    useKept(entry, record, context);
    event('Normal', REASONS.BuildReverted, `the result of build ${number} is in use: ${record.digest}`);
  }
  const message = `build ${number} is in use, as spec.revertTo says`;
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.BuildReverted, message });
  status.condition({ type: 'BuildCurrent', status: 'False', reason: REASONS.BuildReverted, message });
  return settled();
}

/** Whether the image in use is still in the store, all of it. */
async function lookForResult(visit: Visit): Promise<void> {
  const { context, deps } = visit;
  const { recordName, number } = context.status.current;
  if (recordName === undefined) return;
  visit.lost = (await deps.results.find(recordName, context.signal)) === undefined;
  if (visit.lost && deps.jobs.get(visit.key) === undefined) {
    context.event('Warning', REASONS.ResultLost, goneText(number));
  }
}

async function follow(visit: Visit, found: Found): Promise<Outcome> {
  const decision = decideNow(visit, found);
  const { deps, key, context } = visit;
  const { lastBuild } = context.status.current;
  if (lastBuild?.key === found.key) deps.lastParts.set(key, found.parts);
  switch (decision.type) {
    case 'current':
      deps.lastParts.set(key, found.parts);
      await tidy(visit);
      await tidyContexts(visit);
      return settled();
    case 'adopt':
      return adopt(visit, found, decision);
    case 'building':
      return building(lastBuild?.number, lastBuild?.cause);
    case 'supersede':
      deps.jobs.stop(key, 'Superseded');
      return {
        type: 'progressing',
        reason: REASONS.BuildSuperseded,
        message: `build ${lastBuild?.number} is ended, because what goes in changed`,
      };
    case 'failed':
      return { type: 'stalled', reason: decision.failure.reason, message: describe(visit, decision) };
    case 'wait':
      return {
        type: 'waiting',
        reason: decision.failure.reason,
        message: describe(visit, decision),
        requeueAfterMs: decision.retryInMs,
      };
    case 'build':
      return startBuild(visit, found, decision);
  }
}

function decideNow(visit: Visit, found: Found): Decision {
  const { build, context, deps, key, lost, request, cancelled } = visit;
  return decide({
    key: found.key,
    status: context.status.current,
    job: deps.jobs.get(key),
    lost,
    request,
    cancelled,
    backoffLimit: build.spec.backoffLimit ?? 0,
    onlyImage: isOnlyImage(build),
    generation: build.metadata.generation,
    credentials: credentialVersions(found.inputs),
    builder: builderState(build, context.reader),
    now: context.clock.now(),
  });
}

/** What was wanted before is wanted again, and still there. */
async function adopt(visit: Visit, found: Found, { entry }: Decision & { readonly type: 'adopt' }): Promise<Outcome> {
  const { context, deps } = visit;
  const { status, event } = context;
  const record = entry.recordName === undefined ? undefined : await deps.results.find(entry.recordName, context.signal);
  if (record === undefined) {
    status.set({ history: (status.current.history ?? []).filter((kept) => kept.number !== entry.number) });
    await status.flush();
    // It may be there, and damaged.
    if (entry.recordName !== undefined) await deps.results.remove(entry.recordName);
  } else {
    useKept(entry, record, context);
    visit.lost = false;
    event('Normal', REASONS.Built, `build ${entry.number} was made from just this: ${record.digest}`);
  }
  return follow(visit, found);
}

const describe = ({ context }: Visit, { failure }: { readonly failure: Failure }): string =>
  buildFailureText(context.status.current.lastBuild?.number, failure);
