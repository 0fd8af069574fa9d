/** What has to be done for each object: pure. */
import type { KubeObject } from '../../schemas/object.ts';
import { compareVersions } from '../engine/keys.ts';
import type { Refused, Remembered } from './memory.ts';
import { partOf } from '../../schemas/values/apply-set/marks.ts';
import { standOf } from './stand.ts';

/** Why an object is sent. */
export type Cause =
  /** It is not there. */
  | 'missing'
  /** The files say something else than what was last sent. */
  | 'changed'
  /** Somebody else changed it. */
  | 'drifted'
  /** It belonged to another Sync, or to none. */
  | 'taken over'
  /** Nobody remembers what was sent. */
  | 'unknown';

export type ObjectStep =
  | { readonly type: 'nothing' }
  | { readonly type: 'apply'; readonly cause: Cause }
  /** Somebody else changed it, and that is only told. */
  | { readonly type: 'compare' }
  /** It is being deleted; it can be made again when it is gone. */
  | { readonly type: 'wait' }
  /** The server refused just this a moment ago. */
  | { readonly type: 'refused'; readonly message: string; readonly retryAt: number }
  /** Somebody changes it again and again; it is set back then. */
  | { readonly type: 'held'; readonly until: number }
  /** Another Sync has it in its files, too, and had it first. */
  | { readonly type: 'theirs' };

export interface ObjectFacts {
  /** Digest of what is wanted. */
  readonly sent: string;
  readonly live: KubeObject | undefined;
  readonly remembered: Remembered | undefined;
  readonly refused: Refused | undefined;
  /** It is not set back before. */
  readonly heldUntil: number;
  /** Id of the ApplySet that it is to be a member of. */
  readonly set: string;
  /** Whether the ApplySet that it is a member of still wants it. */
  readonly isTheirs: boolean;
  readonly mode: 'Enforce' | 'Warn';
  /** What is wanted was applied before, perhaps by a former daemon. */
  readonly wasApplied: boolean;
  readonly now: number;
}

export function planObject(facts: ObjectFacts): ObjectStep {
  const { live, refused, remembered, sent, set, isTheirs, heldUntil, now } = facts;
  if (live?.metadata.deletionTimestamp !== undefined) return { type: 'wait' };
  const owner = live && partOf(live);
  if (owner !== undefined && owner !== set && isTheirs) return { type: 'theirs' };
  const step = planSending(facts, owner === set);
  const isSent = step.type === 'apply' || step.type === 'compare';
  if (isSent && refused?.sent === sent && now < refused.retryAt) {
    return { type: 'refused', message: refused.message, retryAt: refused.retryAt };
  }
  const isCorrection = step.type === 'apply' && remembered?.sent === sent;
  return isCorrection && now < heldUntil ? { type: 'held', until: heldUntil } : step;
}

function planSending({ live, remembered, sent, mode, wasApplied }: ObjectFacts, isOurs: boolean): ObjectStep {
  if (live === undefined) return { type: 'apply', cause: 'missing' };
  if (!isOurs) return { type: 'apply', cause: remembered?.sent === sent ? 'drifted' : 'taken over' };
  if (remembered === undefined) {
    // A former daemon sent it: whatever is different now is drift.
    return mode === 'Warn' && wasApplied ? { type: 'compare' } : { type: 'apply', cause: 'unknown' };
  }
  if (remembered.sent !== sent) return { type: 'apply', cause: 'changed' };
  const { uid, resourceVersion } = live.metadata;
  // A view that lags behind our own write shows nothing new.
  if (uid === remembered.uid && compareVersions(resourceVersion, remembered.version) <= 0) return { type: 'nothing' };
  if (standOf(live) === remembered.stand) return { type: 'nothing' };
  return mode === 'Warn' ? { type: 'compare' } : { type: 'apply', cause: 'drifted' };
}
