import type { Container } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import type { Outcome } from '../../engine/contract.ts';
import { verdictOf } from '../../engine/verdict.ts';
import { generationOfInstance, inSandbox } from '../names.ts';
import { lead } from '../reach.ts';
import { servingGeneration } from '../sandbox.ts';
import type { Side } from '../work.ts';
import { abandonNext } from './abandon.ts';
import { drain } from './drain.ts';
import { NextStatus } from './next-status.ts';
import { servingBeside } from './serving.ts';
import { ServingStatus } from './serving-status.ts';
import { soonest, workOn, type Context, type Scope, type Workers } from './workers.ts';

export type { Scope } from './workers.ts';

/** Something is not as it should be, and the outcome of what was applied last hides that. */
const RETRY_MS = 5000;

/**
 * One pass over all instances of a Container: the one that serves, the next one while StartFirst prepares it in a sandbox of its own, and former ones
 * that drain. Each of the first two has a whole pass of its own, which sees no other instance, and a status of its own.
 */
export async function reconcileInstances(aimed: Container, workers: Workers): Promise<Outcome> {
  const drained = await aside('a former instance', () => drain(aimed, workers), workers.context);
  const serving = await servingBeside(aimed, workers);
  const outcome = serving === undefined ? await alone(aimed, workers) : await beside(aimed, serving, workers);
  return soonest(outcome, drained);
}

async function alone(aimed: Container, workers: Workers): Promise<Outcome> {
  const { context, deps, pass } = workers;
  const abandoned = await aside('an instance that is not wanted any more', () => abandon(aimed, workers), context);
  const generation = servingGeneration(context.status.current);
  const others = othersOf(context, generation);
  const sees: Scope['sees'] = (instance) => !others.includes(generationOfInstance(instance));
  const outcome = await pass(inSandbox(aimed, generation), context, deps, { sees, others });
  if (abandoned === undefined || outcome.type !== 'settled') return soonest(outcome, abandoned);
  const message = 'what was to take over is stopped';
  return { type: 'progressing', reason: REASONS.Stopping, message, requeueAfterMs: abandoned };
}

/** It may have been led to already, when a daemon ended before that was written down: nobody is to find it gone. */
async function abandon(aimed: Container, workers: Workers): Promise<number | undefined> {
  const { context, deps } = workers;
  const { update, state } = context.status.current;
  const generation = servingGeneration(context.status.current);
  if (update?.ready === true && state?.running !== undefined) {
    await lead({ ...workOn(inSandbox(aimed, generation), context, deps), others: othersOf(context, generation) });
  }
  return abandonNext(aimed, workers);
}

/** Of the sandboxes that nothing leads to, all but this one. */
function othersOf({ status: { current } }: Context, generation: number): readonly number[] {
  const { draining = [], update } = current;
  const all = draining.map((former) => former.sandboxGeneration);
  if (update?.sandboxGeneration !== undefined) all.push(update.sandboxGeneration);
  return all.filter((number) => number !== generation);
}

/** The outcome is that of the next one: it is what was applied last. */
async function beside(aimed: Container, serving: Container, { context, deps, pass }: Workers): Promise<Outcome> {
  const { status } = context;
  const generation = servingGeneration(status.current);
  if (status.current.update === undefined) {
    // Durable before anything of it is made: whoever comes after us knows what to look for.
    status.set({ update: { sandboxGeneration: generation + 1 } });
    await status.flush();
  }
  const isIn =
    (wanted: number): Scope['sees'] =>
    (instance) =>
      generationOfInstance(instance) === wanted;
  const present = { ...context, status: new ServingStatus(status) };
  const scopeOf = (number: number, side: Side): Scope => ({
    sees: isIn(number),
    side,
    others: othersOf(context, number),
  });
  const kept = await aside(
    'the instance that serves',
    async () => again(await pass(inSandbox(serving, generation), present, deps, scopeOf(generation, 'serving'))),
    context,
  );
  const next = { ...context, status: new NextStatus(status) };
  const made = await attempt(
    () => pass(inSandbox(aimed, generation + 1), next, deps, scopeOf(generation + 1, 'next')),
    context,
  );
  const outcome = 'error' in made ? verdictOf(made.error).outcome : made.value;
  tellNext(context, outcome);
  if ('error' in made) throw made.error;
  return soonest(outcome, kept);
}

const again = (outcome: Outcome): number | undefined => (outcome.type === 'retry' ? RETRY_MS : outcome.requeueAfterMs);

/** Ready is about what was applied last, also while what was before serves on. */
function tellNext({ status }: Context, outcome: Outcome): void {
  if (outcome.type === 'settled' || outcome.type === 'retry') return;
  if (outcome.type === 'waiting' && outcome.unknown) return;
  const { reason, message } = outcome;
  status.condition({ type: 'Ready', status: 'False', reason, message });
  if (status.current.state?.running !== undefined) status.set({ summary: reason });
}

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Looks after an instance that decides about nothing: trouble with it is told, tried again soon, and no trouble of the object. Answers after how many
 * milliseconds to look again.
 */
async function aside(
  whose: string,
  work: () => Promise<number | undefined>,
  context: Context,
): Promise<number | undefined> {
  const done = await attempt(work, context);
  if (!('error' in done)) return done.value;
  const { outcome } = verdictOf(done.error);
  context.log.warn({ error: done.error }, `trouble with ${whose}`);
  if (outcome.type !== 'settled') context.event('Warning', outcome.reason, `${whose}: ${outcome.message}`);
  return RETRY_MS;
}

/** Trouble with one instance keeps nobody from looking after the others; it is told afterwards. */
async function attempt<T>(work: () => Promise<T>, { signal }: Context): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (signal.aborted) throw error;
    return { error };
  }
}
