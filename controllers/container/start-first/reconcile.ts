import type { Container } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import type { Outcome } from '../../engine/contract.ts';
import { verdictOf } from '../../engine/verdict.ts';
import { generationOfInstance, inSandbox } from '../names.ts';
import { servingGeneration } from '../sandbox.ts';
import { abandonNext } from './abandon.ts';
import { drain } from './drain.ts';
import { NextStatus } from './next-status.ts';
import { servingBeside } from './serving.ts';
import { ServingStatus } from './serving-status.ts';
import { soonest, type Context, type Scope, type Workers } from './workers.ts';

export type { Scope } from './workers.ts';

/** What serves is not as it should be, and the outcome of the next one hides that. */
const SERVING_RETRY_MS = 1000;

/**
 * One pass over all instances of a Container: the one that serves, the next one while StartFirst prepares it in a sandbox of its own, and former ones
 * that drain. Each of the first two has a whole pass of its own, which sees no other instance, and a status of its own.
 */
export async function reconcileInstances(aimed: Container, workers: Workers): Promise<Outcome> {
  const drained = await attempt(() => drain(aimed, workers), workers.context);
  const serving = await servingBeside(aimed, workers);
  const outcome = serving === undefined ? await alone(aimed, workers) : await beside(aimed, serving, workers);
  if ('error' in drained) throw drained.error;
  return soonest(outcome, drained.value);
}

async function alone(aimed: Container, workers: Workers): Promise<Outcome> {
  const { context, deps, pass } = workers;
  const abandoned = await attempt(() => abandonNext(aimed, workers), context);
  const generation = servingGeneration(context.status.current);
  const { draining = [], update } = context.status.current;
  const others = new Set([...draining.map((former) => former.sandboxGeneration), update?.sandboxGeneration]);
  const sees: Scope['sees'] = (instance) => !others.has(generationOfInstance(instance));
  const outcome = await pass(inSandbox(aimed, generation), context, deps, { sees });
  if ('error' in abandoned) throw abandoned.error;
  if (abandoned.value === undefined || outcome.type !== 'settled') return soonest(outcome, abandoned.value);
  const message = 'what was to take over is stopped';
  return { type: 'progressing', reason: REASONS.Stopping, message, requeueAfterMs: abandoned.value };
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
  const kept = await attempt(
    () => pass(inSandbox(serving, generation), present, deps, { sees: isIn(generation), side: 'serving' }),
    context,
  );
  const next = { ...context, status: new NextStatus(status) };
  const made = await attempt(
    () => pass(inSandbox(aimed, generation + 1), next, deps, { sees: isIn(generation + 1), side: 'next' }),
    context,
  );
  const outcome = 'error' in made ? verdictOf(made.error).outcome : made.value;
  tellNext(context, outcome);
  if ('error' in made) throw made.error;
  return soonest(outcome, 'error' in kept ? SERVING_RETRY_MS : again(kept.value));
}

const again = (outcome: Outcome): number | undefined =>
  outcome.type === 'retry' ? SERVING_RETRY_MS : outcome.requeueAfterMs;

/** Ready is about what was applied last, also while what was before serves on. */
function tellNext({ status }: Context, outcome: Outcome): void {
  if (outcome.type === 'settled' || outcome.type === 'retry') return;
  if (outcome.type === 'waiting' && outcome.unknown) return;
  const { reason, message } = outcome;
  status.condition({ type: 'Ready', status: 'False', reason, message });
  if (status.current.state?.running !== undefined) status.set({ summary: reason });
}

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/** Trouble with one instance keeps nobody from looking after the others; it is told afterwards. */
async function attempt<T>(work: () => Promise<T>, { signal }: Context): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (signal.aborted) throw error;
    return { error };
  }
}
