import { isReason } from '../../client/client.ts';
import type { Outcome } from './contract.ts';
import type { Log } from './environment.ts';
import type { Key } from './keys.ts';
import { alreadyReported, reportOutcome } from './outcome-conditions.ts';
import type { WorkQueue } from './queue.ts';
import type { ObjectStatus } from './status.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** A blocker that nobody tells the end of is looked at again after this, spread by a tenth. */
const WAITING_MS = 30_000;
/** Lost races in a row that nobody is told of. */
const QUIET_RETRIES = 5;

export interface EndgameOptions {
  readonly key: Key;
  readonly queue: WorkQueue;
  readonly status: ObjectStatus;
  readonly log: Log;
  readonly random: () => number;
  /** Controller.outcomeConditions. */
  readonly conditions: boolean;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/**
 * The one place that says what follows from the end of a pass: status written once, then event and log, then the queue.
 * Resolves with the outcome that counted, which is another one when the status could not be written.
 */
export async function endgame(verdict: Verdict, options: EndgameOptions): Promise<Outcome> {
  const { key, queue, status, log } = options;
  const { outcome, quiet } = verdict;
  if (quiet && queue.failures(key) < QUIET_RETRIES) {
    log.debug({ outcome: outcome.type }, 'our view was old; trying again');
    queue.retry(key);
    return outcome;
  }
  const told = outcome.type !== 'retry' && alreadyReported(status, outcome);
  if (options.conditions) reportOutcome(status, outcome);
  try {
    await status.flush();
  } catch (error) {
    if (isReason(error, 'NotFound')) return outcome;
    log.warn({ error }, 'the status could not be written');
    queue.retry(key);
    return verdictOf(error).outcome;
  }
  if (!told) tell(outcome, options);
  requeue(outcome, options);
  return outcome;
}

function tell(outcome: Outcome, { log, event }: EndgameOptions): void {
  switch (outcome.type) {
    case 'settled':
      return;
    case 'progressing':
    case 'waiting':
      log.info({ outcome: outcome.type, reason: outcome.reason }, outcome.message);
      return;
    case 'retry':
      log.warn({ outcome: outcome.type, reason: outcome.reason, error: outcome.cause }, outcome.message);
      event('Warning', outcome.reason, outcome.message);
      return;
    case 'stalled':
      log.warn({ outcome: outcome.type, reason: outcome.reason }, outcome.message);
      event('Warning', outcome.reason, outcome.message);
  }
}

function requeue(outcome: Outcome, { key, queue, random }: EndgameOptions): void {
  if (outcome.type === 'retry') {
    queue.retry(key);
    return;
  }
  queue.forget(key);
  const spread = outcome.type === 'waiting' ? WAITING_MS * (0.95 + 0.1 * random()) : undefined;
  const delay = outcome.requeueAfterMs ?? spread;
  if (delay !== undefined) queue.addAfter(key, delay);
}
