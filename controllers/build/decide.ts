import type { BuildStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { isLook } from '../../schemas/values/build-annotations.ts';
import { parseTime } from '../../schemas/values/time.ts';
import { backoffMs } from '../engine/backoff.ts';
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
  /** Of the object. */
  readonly generation: number | undefined;
  /** Digest of the versions of the Secrets that are no part of the key. */
  readonly credentials: string;
  /** Undefined: it cannot be reached. */
  readonly builder: BuilderState | undefined;
  readonly now: number;
}

export interface BuilderState {
  /** When it became ready, in milliseconds. */
  readonly readyAt: number;
  /** Address and version. */
  readonly text: string;
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
  | { readonly type: 'build'; readonly why: Why; readonly attempts: number; readonly failures: number };

export type Why = 'first' | 'changed' | 'respecified' | 'requested' | 'lost' | 'again' | 'interrupted';

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

const fresh = (why: Why): Decision & { readonly type: 'build' } => ({ type: 'build', why, attempts: 1, failures: 0 });

type LastBuild = NonNullable<BuildStatus['lastBuild']>;

/** An image that is gone is built again at once; one that is gone again and again, ever more seldom. */
function replacement({ key, status, now }: Situation): Decision {
  const { lastBuild = {} } = status;
  const ended = endOf(lastBuild);
  if (lastBuild.key !== key || now - ended > CALM_MS) return fresh('lost');
  const { attempts = 1 } = lastBuild;
  const retryInMs = attempts === 1 ? 0 : ended + backoffMs(attempts) - now;
  if (retryInMs <= 0) return { type: 'build', why: 'lost', attempts: attempts + 1, failures: 0 };
  const message = 'the image was built, and is gone from the store again';
  return { type: 'wait', failure: { reason: REASONS.ResultLost, message, transient: true }, retryInMs };
}

/** A context that never stands still makes a new key each time: it counts as one thing that is tried. */
const isRestless = ({ phase, failure }: LastBuild): boolean =>
  phase === 'Failed' && failure?.reason === REASONS.ContextChanged;

/** Somebody had enough of it. */
const CANCELLED: Decision = {
  type: 'failed',
  failure: { reason: REASONS.BuildCancelled, message: 'it was cancelled', transient: false },
};

/** The last build was of this, and came to nothing. What is Stalled has another chance with each generation, whatever was changed. */
function unfinished(situation: Situation, lastBuild: LastBuild): Decision {
  const { generation } = situation;
  if (lastBuild.generation !== undefined && lastBuild.generation !== generation) return fresh('respecified');
  if (lastBuild.phase === 'Failed') return failed(situation, lastBuild);
  if (lastBuild.phase === 'Interrupted') return interrupted(situation, lastBuild);
  if (lastBuild.phase === 'Cancelled' && lastBuild.number === situation.cancelled) return CANCELLED;
  return { type: 'build', why: 'interrupted', attempts: lastBuild.attempts ?? 1, failures: failuresOf(lastBuild) };
}

function failed(situation: Situation, lastBuild: LastBuild): Decision {
  const failure = recorded(lastBuild);
  const failures = failuresOf(lastBuild);
  const again = { type: 'build', why: 'again', attempts: (lastBuild.attempts ?? 0) + 1, failures } as const;
  // Whoever refused what it was shown is shown something else now.
  if (hasOtherCredentials(situation, lastBuild)) return { ...again, failures: 0 };
  if (OF_BUILDER.has(failure.reason)) return isOtherBuilder(situation, lastBuild) ? again : { type: 'failed', failure };
  if (!failure.transient && failures > situation.backoffLimit) return { type: 'failed', failure };
  const retryInMs = retryAt(situation, lastBuild, failure) - situation.now;
  return retryInMs > 0 ? { type: 'wait', failure, retryInMs } : again;
}

/** What a builder cannot do, or is not to do, it does once it is another one, or was started in another way. */
const OF_BUILDER: ReadonlySet<string> = new Set([REASONS.BuilderTooOld, REASONS.EntitlementNotAllowed]);

const hasOtherCredentials = ({ credentials }: Situation, { credentials: before }: LastBuild): boolean =>
  before !== undefined && before !== credentials;

function isOtherBuilder({ builder }: Situation, lastBuild: LastBuild): boolean {
  if (builder === undefined) return false;
  return isBack(builder, lastBuild) || (lastBuild.builder !== undefined && lastBuild.builder !== builder.text);
}

/** It became ready after the build; times are in whole seconds. */
const isBack = ({ readyAt }: BuilderState, lastBuild: LastBuild): boolean => readyAt > endOf(lastBuild);

const endOf = ({ completionTime }: LastBuild): number => parseTime(completionTime ?? '') ?? 0;

/** Those that were the build's own fault. */
const failuresOf = ({ failures, failure, attempts = 0 }: LastBuild): number =>
  failures ?? (failure?.transient === false ? attempts : 0);

/** A daemon that ends in the middle may do so because of what it builds: only the first try comes at once. */
function interrupted({ now }: Situation, lastBuild: LastBuild): Decision {
  const { attempts = 1 } = lastBuild;
  const retryInMs = attempts === 1 ? 0 : endOf(lastBuild) + backoffMs(attempts - 1) - now;
  if (retryInMs > 0) return { type: 'wait', failure: INTERRUPTED, retryInMs };
  return { type: 'build', why: 'interrupted', attempts: attempts + 1, failures: failuresOf(lastBuild) };
}

const INTERRUPTED: Failure = {
  reason: REASONS.BuildInterrupted,
  message: 'the daemon ended while it was built',
  transient: true,
};

function retryAt({ builder }: Situation, lastBuild: LastBuild, failure: Failure): number {
  const { attempts = 1 } = lastBuild;
  const ended = endOf(lastBuild);
  if (failure.reason === REASONS.ContextChanged && attempts <= AT_ONCE) return ended;
  // A builder that came back is worth a try.
  if (failure.reason === REASONS.BuilderUnavailable && builder && isBack(builder, lastBuild)) return ended;
  return ended + backoffMs(attempts);
}

const recorded = ({ failure = {} }: LastBuild): Failure => ({
  ...failure,
  reason: failure.reason ?? REASONS.BuildFailed,
  message: failure.message ?? 'it failed',
  transient: failure.transient ?? false,
});
