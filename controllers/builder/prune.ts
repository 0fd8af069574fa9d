import type { PruneOptions } from '../../runtime/ports/builders.ts';
import type { Builder } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseDuration } from '../../schemas/values/duration.ts';
import { humanSize } from '../../schemas/values/human-size.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import { keyOf } from '../engine/keys.ts';
import type { Contact } from './contacts.ts';
import type { BuilderDeps, Context } from './deps.ts';

const DEFAULT_INTERVAL = '1h';
/** Whether the policy was kept to. There is none without a policy. */
const CONDITION = 'Pruned';

/**
 * Prunes by the policy when it is due, beside the reconciler, and tells of what has gone. Builds may run meanwhile: what they use stays. Answers how long
 * from now on it is not due again; undefined: an event tells.
 */
export function prune(builder: Builder, contact: Contact, context: Context, deps: BuilderDeps): number | undefined {
  const policy = builder.spec.prunePolicy;
  if (policy === undefined) {
    context.status.removeCondition(CONDITION);
    return undefined;
  }
  const { prunes, clock } = deps;
  const key = keyOf(builder);
  const job = prunes.state(key);
  if (job?.type === 'done') {
    report(job.value.bytes, job.at, context);
    void prunes.cancel(key);
  }
  if (job?.type === 'failed') reportFailure(job.error, context);
  const last = parseTime(context.status.current.lastPrune?.time ?? '') ?? -Infinity;
  const due = last + parseDuration(policy.interval ?? DEFAULT_INTERVAL) - clock.now();
  if (due > 0) return due;
  prunes.start(key, (signal) => contact.prune(optionsOf(policy), signal));
  const now = prunes.state(key);
  return now?.type === 'failed' ? Math.max(now.retryAt - clock.now(), 0) + 1 : undefined;
}

function report(bytes: number, at: number, { status, event }: Context): void {
  status.set({ lastPrune: { time: formatTime(at), reclaimedBytes: bytes } });
  status.condition({ type: CONDITION, status: 'True', reason: REASONS.Pruned, message: 'by spec.prunePolicy' });
  if (bytes > 0) event('Normal', REASONS.Pruned, `${humanSize(bytes)} of old build cache were removed`);
}

/** Told once for each way in which it fails. */
function reportFailure(error: unknown, { status, event }: Context): void {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the build cache could not be pruned: ${why}`;
  const before = (status.current.conditions ?? []).find(({ type }) => type === CONDITION);
  if (before?.status === 'False' && before.message === message) return;
  status.condition({ type: CONDITION, status: 'False', reason: REASONS.PruneFailed, message });
  event('Warning', REASONS.PruneFailed, message);
}

function optionsOf({ keepStorage, keepDuration }: NonNullable<Builder['spec']['prunePolicy']>): PruneOptions {
  return {
    ...(keepStorage === undefined ? {} : { keepBytes: quantityValue(keepStorage) }),
    ...(keepDuration === undefined ? {} : { keepDurationMs: parseDuration(keepDuration) }),
  };
}
