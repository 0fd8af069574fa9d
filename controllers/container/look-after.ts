import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import type { Outcome, ReconcileContext } from '../engine/contract.ts';
import { act } from './act.ts';
import { superviseRun } from './health.ts';
import { bringChanges } from './on-change.ts';
import { tellOutOfMemory } from './out-of-memory.ts';
import { plan } from './plan.ts';
import { announceAbsence, keepReachable } from './reach.ts';
import { noteHealth } from './readiness.ts';
import { soonest, workOn, type Scope } from './start-first/workers.ts';
import { isReachedAlike, strandedOf } from './stranded.ts';
import type { ContainerDeps } from './work.ts';

/**
 * What runs is kept well and reachable, and nothing is made in its place: one that is not well is stopped, and its end brings another pass. Answers
 * `told`, why that is so, where nothing is to be tried again.
 */
export async function lookAfter(
  container: Container,
  context: ReconcileContext<ContainerStatus>,
  deps: ContainerDeps,
  { sees, side, others }: Scope,
  told: Outcome,
): Promise<Outcome> {
  const instances = (await deps.instances.of(container.metadata.uid, context.signal)).filter(sees);
  const found = strandedOf({ ...workOn(container, context, deps, side), ...(others && { others }) }, instances);
  if (found === undefined) return told;
  const { work, wanted, known, instance } = found;
  const health = superviseRun(work, [instance]);
  const { clock, status } = context;
  const failure = health?.failure;
  const observed = { now: clock.now(), instances: [instance], status: status.current, ...(failure && { failure }) };
  const done = await act(work, plan(wanted, observed), [instance]);
  if (health !== undefined) noteHealth(work, health);
  await tellOutOfMemory(work);
  if (done !== undefined && done !== 'again' && done.type === 'retry') return done;
  if (known && status.current.state?.running) await bringChanges(work, work.configuration);
  let blocked: Outcome | undefined;
  if (isReachedAlike(work)) blocked = await keepReachable(work);
  else await announceAbsence(work);
  const waits = [done === 'again' ? 1 : done?.requeueAfterMs, blocked && againAfter(blocked)];
  return waits.reduce(soonest, told);
}

const againAfter = (outcome: Outcome): number | undefined =>
  outcome.type === 'retry' ? undefined : outcome.requeueAfterMs;
