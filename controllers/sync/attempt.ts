import type { SyncStatus } from '../../schemas/gen/types.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { Visit } from './visit.ts';
import { cut } from './words.ts';

/** One application of one revision, from its beginning until it is known how it went, and after. */
export interface Attempt {
  readonly revision: string;
  readonly digest: string;
  /** Of git: the full name of the commit. */
  readonly commit: string | undefined;
  readonly generation: number | undefined;
  readonly request: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** `applied`: all is as wanted, or was. `rolled back`: it failed, and the last healthy revision is in force. */
  state: 'running' | 'applied' | 'failed' | 'rolled back';
  /** How it ended, as far as this daemon saw it. */
  ended?: { readonly outcome: AttemptOutcome; readonly at: number; readonly message: string | undefined };
}

type Entry = NonNullable<SyncStatus['history']>[number];
export type AttemptOutcome = 'Applied' | 'Failed' | 'RolledBack';

const KEPT = 5;

const STATES: Readonly<Record<string, Attempt['state']>> = {
  Applied: 'applied',
  Failed: 'failed',
  RolledBack: 'rolled back',
};

/** The attempt that is under way, or a new one when the files, the spec or a request say so. */
export function currentAttempt(
  visit: Visit,
  { revision, digest, commit }: Pick<Attempt, 'revision' | 'digest' | 'commit'>,
): Attempt {
  const { sync, deps, key, request, context } = visit;
  const { status, clock } = context;
  const { generation } = sync.metadata;
  const known = deps.attempts.get(key);
  // In each pass anew: a pass that fails may not come to write it down.
  status.set({ lastAttemptedRevision: revision, lastAttemptedDigest: digest });
  const isSame = (one: Pick<Attempt, 'digest' | 'generation' | 'request'>): boolean =>
    one.digest === digest && one.generation === generation && one.request === request;
  if (known !== undefined && isSame(known)) return known;
  const [last] = status.current.history ?? [];
  const { observedGeneration, observedRequest, lastAttemptedDigest } = sync.status ?? {};
  // What a former daemon came to still holds.
  const wasTold =
    known === undefined &&
    last?.digest === digest &&
    isSame({ digest: lastAttemptedDigest ?? '', generation: observedGeneration, request: observedRequest });
  const attempt: Attempt = {
    revision,
    digest,
    commit,
    generation,
    request,
    startedAt: clock.now(),
    state: (wasTold ? STATES[last.outcome ?? ''] : undefined) ?? 'running',
  };
  deps.attempts.set(key, attempt);
  if (attempt.state !== 'rolled back') deps.reverted.delete(sync.metadata.uid);
  if (attempt.state === 'running') visit.memory.forgive();
  return attempt;
}

/** It went so. What was told already is not told twice. */
export function endAttempt(visit: Visit, attempt: Attempt, outcome: AttemptOutcome, message?: string): void {
  attempt.state = STATES[outcome] ?? 'failed';
  if (attempt.ended?.outcome !== outcome) attempt.ended = { outcome, at: visit.context.clock.now(), message };
  tellEnd(visit, attempt);
}

/** Writes down how it ended, unless that stands there. */
export function tellEnd({ context: { status } }: Visit, { ended, ...attempt }: Attempt): void {
  if (ended === undefined) return;
  const { history = [] } = status.current;
  const { revision, digest, startedAt } = attempt;
  const { outcome, at, message } = ended;
  const [last] = history;
  const isTold = last?.digest === digest && last.outcome === outcome;
  if (isTold) return;
  const entry: Entry = {
    revision,
    digest,
    startTime: formatTime(startedAt),
    durationMs: Math.max(0, Math.round(at - startedAt)),
    outcome,
    ...(message === undefined ? {} : { message: cut(message) }),
  };
  status.set({ history: [entry, ...history].slice(0, KEPT) });
}
