/** What there is to be told of a Sync: pure. */
import { REASONS } from '../../../schemas/conditions.ts';
import type { SyncNotification, SyncStatus } from '../../../schemas/gen/types.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import type { Outcome } from '../../engine/contract.ts';

export type NotificationEvent = NonNullable<SyncNotification['events']>[number];

/** Which mark in status says that it was told. */
export type Slot = 'attempt' | 'drift' | 'brake' | 'stall';

export interface Happening {
  readonly slot: Slot;
  /** The same for the same happening, after a restart, too. */
  readonly id: string;
  readonly event: NotificationEvent;
  readonly reason: string;
  readonly message: string;
  readonly revision: string | undefined;
  readonly digest: string | undefined;
  /** When it ended, RFC 3339; undefined: it is so now. */
  readonly time: string | undefined;
}

type Attempt = NonNullable<SyncStatus['history']>[number];

/** Attempts that ended, oldest first; then what is so now. */
export function happeningsOf(status: Partial<SyncStatus>, outcome: Outcome): readonly Happening[] {
  const { history = [] } = status;
  return [...history.map((attempt) => ofAttempt(attempt, status)).reverse(), ...present(status, outcome)];
}

function ofAttempt(attempt: Attempt, { history = [], conditions = [] }: Partial<SyncStatus>): Happening {
  const { revision, digest, outcome = 'Failed', message = '', startTime, durationMs = 0 } = attempt;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const isNewest = attempt === history[0];
  return {
    slot: 'attempt',
    id: attemptId(attempt),
    event: outcome as NotificationEvent,
    reason: isNewest && outcome === 'Failed' && ready !== undefined ? ready.reason : (REASON_OF[outcome] ?? outcome),
    message: message === '' && isNewest ? (ready?.message ?? '') : message,
    revision,
    digest,
    time: startTime === undefined ? undefined : new Date(Date.parse(startTime) + durationMs).toISOString(),
  };
}

const REASON_OF: Readonly<Record<string, string>> = {
  Applied: REASONS.Applied,
  Failed: REASONS.ApplyFailed,
  RolledBack: REASONS.SyncRolledBack,
};

export const attemptId = ({ startTime, digest, outcome }: Attempt): string => fingerprint([startTime, digest, outcome]);

/** Attempts tell of these already. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set([
  REASONS.SyncRolledBack,
  REASONS.TooManyDifferences,
  REASONS.FilesInvalid,
]);

function* present(status: Partial<SyncStatus>, outcome: Outcome): Generator<Happening> {
  const { drifted, pendingPrune, conditions = [] } = status;
  const about = { revision: status.lastAttemptedRevision, digest: status.lastAttemptedDigest, time: undefined };
  const messageOf = (type: string): string => conditions.find((one) => one.type === type)?.message ?? '';
  if (drifted !== undefined) {
    const message = messageOf('Drifted');
    yield { ...about, slot: 'drift', id: fingerprint(drifted), event: 'Drifted', reason: REASONS.Drifted, message };
  }
  if (pendingPrune?.digest !== undefined) {
    const { digest: id } = pendingPrune;
    const reason = REASONS.TooManyDifferences;
    yield { ...about, slot: 'brake', id, event: 'PruneBlocked', reason, message: messageOf('PruneBlocked') };
  }
  if (outcome.type === 'stalled' && !TOLD_OTHERWISE.has(outcome.reason)) {
    const { reason, message } = outcome;
    yield { ...about, slot: 'stall', id: fingerprint([reason, message]), event: 'Stalled', reason, message };
  }
}
