import { ApiError } from '../../client/client.ts';
import { RuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Outcome } from './contract.ts';

/** What a pass came to. */
export interface Verdict {
  readonly outcome: Outcome;
  /** Somebody else was faster, or our view was old: tried again at once, and nobody need know. */
  readonly quiet: boolean;
}

/** How often to look whether a runtime is back, when no event tells. */
const RUNTIME_POLL_MS = 5000;

/** The server's answers that a fresh look heals. */
const STALE_REASONS: ReadonlySet<string> = new Set(['Conflict', 'NotFound', 'AlreadyExists']);

/** The one place where errors become outcomes. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof ReconcileError) return { outcome: error.outcome, quiet: false };
  if (error instanceof RuntimeError) return { outcome: RUNTIME_OUTCOMES[error.code](error), quiet: false };
  if (error instanceof ApiError) return { outcome: ofApiError(error), quiet: STALE_REASONS.has(error.reason) };
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: { type: 'retry', reason: REASONS.ReconcileError, message, cause: error }, quiet: false };
}

function ofApiError(error: ApiError): Outcome {
  const reason = error.reason === 'ServiceUnavailable' ? REASONS.StoreUnavailable : REASONS.ReconcileError;
  return {
    type: 'retry',
    reason: STALE_REASONS.has(error.reason) ? REASONS.Conflict : reason,
    message: error.message,
    cause: error,
  };
}

type Translate = (error: RuntimeError) => Outcome;

const retryAs =
  (reason: string): Translate =>
  (error) => ({ type: 'retry', reason: error.reason ?? reason, message: error.message, cause: error });

const stalledAs =
  (reason: string): Translate =>
  (error) => ({ type: 'stalled', reason: error.reason ?? reason, message: error.message });

const away: Translate = (error) => ({
  type: 'waiting',
  reason: REASONS.RuntimeUnavailable,
  message: error.message,
  unknown: true,
  requeueAfterMs: RUNTIME_POLL_MS,
});

/** Exhaustive, so that a new code is a decision here. */
const RUNTIME_OUTCOMES: Readonly<Record<RuntimeErrorCode, Translate>> = {
  Unavailable: away,
  DeadlineExceeded: away,
  InvalidArgument: stalledAs(REASONS.InvalidSpec),
  Unsupported: stalledAs(REASONS.InvalidSpec),
  ResourceExhausted: retryAs(REASONS.DiskFull),
  Unauthorized: retryAs(REASONS.Unauthorized),
  NotFound: retryAs(REASONS.ReconcileError),
  AlreadyExists: retryAs(REASONS.ReconcileError),
  FailedPrecondition: retryAs(REASONS.ReconcileError),
  Corrupt: retryAs(REASONS.ReconcileError),
  Cancelled: retryAs(REASONS.ReconcileError),
  Internal: retryAs(REASONS.ReconcileError),
};
