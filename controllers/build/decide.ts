import type { BuildStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseTime } from '../../schemas/values/time.ts';
import type { Failure } from './failure.ts';
import type { Job } from './jobs.ts';

export type HistoryEntry = NonNullable<BuildStatus['history']>[number];

/** Everything that says whether there is something to build. */
export interface Situation {
  readonly key: string;
  readonly status: Partial<BuildStatus>;
  /** A build of the object that runs; how a former one ended is in status by now. */
  readonly job: Pick<Job, 'buildKey'> | undefined;
  /** The result in use is gone from the store. */
  readonly lost: boolean;
  /** Value of the annotation that asks for a build. */
  readonly request: string | undefined;
  /** Number of a build that was to be ended. */
  readonly cancelled?: number | undefined;
  readonly backoffLimit: number;
  /** Nothing but the image is made: a kept one of this key is as good as another. */
  readonly onlyImage: boolean;
  /** Other credentials are there than at the last try. */
  readonly newCredentials: boolean;
  /** When the Builder became ready, in milliseconds; undefined: it is not. */
  readonly builderReadyAt: number | undefined;
  readonly now: number;
}

export type Decision =
  | { readonly type: 'current' }
  /** A kept result was made from just this. */
  | { readonly type: 'adopt'; readonly entry: HistoryEntry }
  | { readonly type: 'building' }
  /** What is being built is not what is wanted any more. */
  | { readonly type: 'supersede' }
  /** It failed by its own fault, and would again. */
  | { readonly type: 'failed'; readonly failure: Failure }
  /** It is tried again, later. */
  | { readonly type: 'wait'; readonly failure: Failure; readonly retryInMs: number }
  | { readonly type: 'build'; readonly attempts: number; readonly why: Why };

export type Why = 'first' | 'changed' | 'requested' | 'lost' | 'again' | 'interrupted';

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 300_000;
/** A result that stayed so long is gone for another reason than the one before it. */
const CALM_MS = 600_000;
/** A context that changes while it is sent is sent again at once, so often. */
const AT_ONCE = 3;

/** Pure: from what is written down, and what is known now. */
export function decide(situation: Situation): Decision {
  const { key, status, job, lost, request, onlyImage } = situation;
  if (job !== undefined) return { type: job.buildKey === key ? 'building' : 'supersede' };
  const { lastBuild } = status;
  if (request !== undefined && request !== status.observedBuildRequest && !isLook(request)) return fresh('requested');
  if (lastBuild?.key === key && lastBuild.phase !== 'Succeeded') return unfinished(situation, lastBuild);
  if (lost) return replacement(situation);
  if (status.key === key) return { type: 'current' };
  const entry = (status.history ?? []).find((kept) => kept.key === key);
  if (entry !== undefined && (onlyImage || entry.number === lastBuild?.number)) return { type: 'adopt', entry };
  if (lastBuild === undefined) return fresh('first');
  return isRestless(lastBuild) ? unfinished(situation, lastBuild) : fresh('changed');
}

/** A request to look at everything that goes in, and to build only what is new. */
export const isLook = (request: string): boolean => request.startsWith('look-');

const fresh = (why: Why): Decision & { readonly type: 'build' } => ({ type: 'build', why, attempts: 1 });

type LastBuild = NonNullable<BuildStatus['lastBuild']>;

/** An image that is gone is built again at once; one that is gone again and again, ever more seldom. */
function replacement({ key, status, now }: Situation): Decision {
  const { lastBuild = {} } = status;
  const ended = parseTime(lastBuild.completionTime ?? '') ?? 0;
  if (lastBuild.key !== key || now - ended > CALM_MS) return fresh('lost');
  const { attempts = 1 } = lastBuild;
  const retryInMs = attempts === 1 ? 0 : ended + backoffMs(attempts) - now;
  if (retryInMs <= 0) return { type: 'build', why: 'lost', attempts: attempts + 1 };
  const message = 'the image was built, and is gone from the store again';
  return { type: 'wait', failure: { reason: REASONS.ResultLost, message, transient: true }, retryInMs };
}

/** After the end of the last try. */
const backoffMs = (attempts: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 30), MAX_BACKOFF_MS);

/** A context that never stands still makes a new key each time: it counts as one thing that is tried. */
const isRestless = ({ phase, failure }: LastBuild): boolean =>
  phase === 'Failed' && failure?.reason === REASONS.ContextChanged;

/** Somebody had enough of it. */
const CANCELLED: Decision = {
  type: 'failed',
  failure: { reason: REASONS.BuildCancelled, message: 'it was cancelled', transient: false },
};

/** The last build was of this, and came to nothing. */
function unfinished(situation: Situation, lastBuild: LastBuild): Decision {
  const { backoffLimit } = situation;
  const attempts = (lastBuild.attempts ?? 0) + 1;
  if (lastBuild.phase === 'Cancelled' && lastBuild.number === situation.cancelled) return CANCELLED;
  if (lastBuild.phase !== 'Failed') return { type: 'build', why: 'interrupted', attempts: lastBuild.attempts ?? 1 };
  const failure = recorded(lastBuild);
  if (!failure.transient && attempts > backoffLimit + 1) return { type: 'failed', failure };
  const retryInMs = retryAt(situation, lastBuild, failure) - situation.now;
  return retryInMs > 0 ? { type: 'wait', failure, retryInMs } : { type: 'build', why: 'again', attempts };
}

function retryAt({ builderReadyAt, newCredentials }: Situation, lastBuild: LastBuild, failure: Failure): number {
  const { attempts = 1 } = lastBuild;
  const ended = parseTime(lastBuild.completionTime ?? '') ?? 0;
  if (failure.reason === REASONS.ContextChanged && attempts <= AT_ONCE) return ended;
  if (failure.reason === REASONS.Unauthorized && newCredentials) return ended;
  // A builder that came back is worth a try; times are in whole seconds.
  const isBack = builderReadyAt !== undefined && builderReadyAt > ended;
  if (failure.reason === REASONS.BuilderUnavailable && isBack) return ended;
  return ended + backoffMs(attempts);
}

const recorded = ({ failure = {} }: LastBuild): Failure => ({
  ...failure,
  reason: failure.reason ?? REASONS.BuildFailed,
  message: failure.message ?? 'it failed',
  transient: failure.transient ?? false,
});
