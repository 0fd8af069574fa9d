/** What an application comes to: pure. */
import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS, type Reason } from '../../schemas/conditions.ts';
import { parseDuration } from '../../schemas/values/duration.ts';
import type { Application } from './application.ts';
import type { Attempt } from './attempt.ts';
import type { Rendered } from './render/types.ts';
import { count, someOf } from './words.ts';

export type Verdict =
  | { readonly type: 'done'; readonly isHealthy: boolean }
  | { readonly type: 'under way'; readonly reason: Reason; readonly message: string; readonly againInMs?: number }
  /** Only a person can say how it goes on. */
  | { readonly type: 'blocked'; readonly reason: Reason; readonly message: string }
  | {
      readonly type: 'failed';
      readonly reason: Reason;
      readonly message: string;
      /** Absent: another try makes no sense before something changes. */
      readonly againInMs?: number;
    };

/** How long a file may be half written before that is a failure. */
const HEALING_MS = 5000;
/** What nothing tells of is looked at so often. */
const PENDING_MS = 1000;
const DEFAULT_TIMEOUT = '5m';

export interface JudgedFacts {
  readonly spec: Sync['spec'];
  readonly attempt: Attempt;
  readonly application: Application;
  /** Absent: of a revision that was kept. */
  readonly problems: Rendered['problems'];
  readonly now: number;
}

export function judge(facts: JudgedFacts): Verdict {
  return filesVerdict(facts) ?? appliedVerdict(facts) ?? healthVerdict(facts);
}

function filesVerdict({ problems, attempt, now }: JudgedFacts): Verdict | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const message = someOf(problems.map((problem) => problem.message));
  const againInMs = attempt.startedAt + HEALING_MS - now;
  const mayHeal = problems.every(({ heals }) => heals);
  if (mayHeal && attempt.state === 'running' && againInMs > 0) {
    return { type: 'under way', reason: REASONS.FilesInvalid, message, againInMs };
  }
  return { type: 'failed', reason: REASONS.FilesInvalid, message };
}

function appliedVerdict({ application: { applied, pruned }, spec, attempt, now }: JudgedFacts): Verdict | undefined {
  const { refused, pending } = applied;
  if (refused.length > 0) {
    const message = `${count(refused.length, 'object')} refused: ${someOf(refused.map(({ text }) => text))}`;
    const againInMs = Math.max(1, Math.min(...refused.map(({ retryInMs }) => retryInMs)));
    return { type: 'failed', reason: REASONS.ApplyFailed, message, againInMs };
  }
  if (pruned?.blocked !== undefined) {
    const message = `${count(pruned.blocked.objects, 'object')} would be deleted at once; everything else is applied`;
    return { type: 'blocked', reason: REASONS.TooManyDifferences, message };
  }
  if (pending.length > 0) return untilTimeout(REASONS.Applying, someOf(pending), spec, attempt, now);
  if (pruned?.isOpen === true) {
    const message = 'other Syncs are asked whether they want what is to go, or it changed meanwhile';
    return { type: 'under way', reason: REASONS.Pruning, message, againInMs: PENDING_MS };
  }
  const ending = pruned?.ending ?? [];
  if (ending.length > 0) {
    return { type: 'under way', reason: REASONS.Pruning, message: `waiting for the end of ${someOf(ending)}` };
  }
  return undefined;
}

function healthVerdict({ application: { unhealthy }, spec, attempt, now }: JudgedFacts): Verdict {
  const isHealthy = unhealthy.length === 0;
  if (isHealthy || spec.wait === false) return { type: 'done', isHealthy };
  const message = `${count(unhealthy.length, 'object')} not ready: ${someOf(unhealthy.map(({ text }) => text))}`;
  if (attempt.state === 'running' && unhealthy.every(({ isStuck }) => isStuck)) {
    return { type: 'failed', reason: REASONS.ObjectsNotReady, message };
  }
  return untilTimeout(REASONS.ObjectsNotReady, message, spec, attempt, now);
}

/** What was well once is waited for without end: only an attempt can fail. */
function untilTimeout(reason: Reason, message: string, spec: Sync['spec'], attempt: Attempt, now: number): Verdict {
  const { timeout = DEFAULT_TIMEOUT } = spec;
  const leftMs = attempt.startedAt + parseDuration(timeout) - now;
  if (attempt.state === 'running' && leftMs > 0) return { type: 'under way', reason, message, againInMs: leftMs };
  if (attempt.state === 'applied') return { type: 'under way', reason, message };
  return { type: 'failed', reason, message: `not within ${timeout}: ${message}` };
}
