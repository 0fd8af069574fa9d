import type { Container, ContainerStatus } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { askedRestart } from '../../../schemas/values/container-change.ts';
import type { Outcome, ReconcileContext } from '../../engine/contract.ts';
import { verdictOf } from '../../engine/verdict.ts';
import { aimOf, beginRollout, isAimLost } from './begin.ts';
import { keepGoodRevision, type KnownRevisions } from './known-revisions.ts';
import type { Looks } from './looks.ts';
import { forgetRevisions, recordRevision } from './record.ts';
import { settleRollout } from './settle.ts';

type Context = ReconcileContext<ContainerStatus>;

export interface Workers {
  /** One pass with this spec. */
  readonly pass: (aimed: Container) => Promise<Outcome>;
  /** Has the next instance, of this spec, take the place of the one that serves. */
  readonly switchOver: (aimed: Container) => Promise<void>;
  /** Whether the process that status tells of runs. */
  readonly isRunning: () => Promise<boolean>;
  /** Looks after that process, and does nothing for the sake of a spec. */
  readonly lookAfter: (outcome: Outcome) => Promise<Outcome>;
}

/** What is known between passes. */
export interface Memory {
  readonly looks: Looks;
  readonly knownRevisions: KnownRevisions;
}

/**
 * One pass over a Container, `pass`, with the spec that is to run at present: the one of now, or the last good one. Sets the fields and the
 * condition that tell how far a change has come. Rejects as `pass` does.
 */
export async function followRollout(
  container: Container,
  context: Context,
  { pass, switchOver, isRunning, lookAfter }: Workers,
  { looks, knownRevisions }: Memory,
): Promise<Outcome> {
  await keepGoodRevision(container, context, knownRevisions);
  await beginRollout(container, context);
  if (isAimLost(container, context)) {
    if (await isRunning()) return await lookAfter(LEFT_ALONE);
    // Nothing is there to be kept: the spec of now is all that anybody knows.
    context.status.set({ rollout: undefined });
    await beginRollout(container, context);
  }
  let result = await firstPass(container, context, pass);
  for (;;) {
    const next = await settleRollout(container, context, result.outcome, {
      looks,
      switchOver: () => switchOver(aimOf(container, context)),
    });
    if (next !== 'again') {
      // Only now, as observedGeneration: what is said before may still be about the instance before.
      context.status.set({ observedRestart: askedRestart(container.metadata.annotations) });
      await forgetRevisions(container, context);
      if (result.error !== undefined && next === result.outcome) throw result.error;
      return next;
    }
    result = await attempt(aimOf(container, context), context, pass);
  }
}

const LEFT_ALONE: Outcome = {
  type: 'stalled',
  reason: REASONS.RevisionNotFound,
  message: 'the revision that runs was deleted, so what runs is left as it is; change the spec to replace it',
};

/** The pass, and what is to run written down. Whichever fails, both have ended: an error brings the next pass at once. */
async function firstPass(container: Container, context: Context, pass: Pass): Promise<Attempt> {
  const [first, recorded] = await Promise.allSettled([
    attempt(aimOf(container, context), context, pass),
    recordRevision(container, context),
  ]);
  if (first.status === 'rejected') throw first.reason;
  if (recorded.status === 'rejected') throw recorded.reason;
  context.status.set({ revision: recorded.value });
  return first.value;
}

type Pass = (aimed: Container) => Promise<Outcome>;

interface Attempt {
  readonly outcome: Outcome;
  /** What the outcome was thrown as. */
  readonly error?: unknown;
}

/** What a change came to counts also when the pass threw it. */
async function attempt(aimed: Container, { signal }: Context, pass: Pass): Promise<Attempt> {
  try {
    return { outcome: await pass(aimed) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { outcome: verdictOf(error).outcome, error };
  }
}
