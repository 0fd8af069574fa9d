import type { KubeObject } from '../../schemas/object.ts';
import { parseDuration } from '../../schemas/values/duration.ts';

/** How long after its creation an object is to be deleted: a duration as `30m`, `1h30m`, `0s`. */
export const TTL_ANNOTATION = 'tsmoby.dev/ttl';

/** The same in seconds; a whole number, 0 or more, as a string. Counts when the other one is not there. */
export const TTL_SECONDS_ANNOTATION = 'tsmoby.dev/ttl-seconds';

/** About 300 years: a later time is no instant that a Date can hold for sure. */
const MAX_SECONDS = 10_000_000_000;

export type Expiry =
  | { readonly type: 'never' }
  /** Milliseconds since the epoch. */
  | { readonly type: 'at'; readonly time: number }
  | { readonly type: 'invalid'; readonly message: string };

/** When an object's time is over. Only the object counts, so a restart of anything changes nothing. */
export function expiryOf({ metadata }: KubeObject): Expiry {
  const { annotations = {}, creationTimestamp } = metadata;
  const duration = annotations[TTL_ANNOTATION];
  const seconds = annotations[TTL_SECONDS_ANNOTATION];
  if (duration === undefined && seconds === undefined) return { type: 'never' };
  const milliseconds = duration === undefined ? ofSeconds(seconds ?? '') : ofDuration(duration);
  if (milliseconds !== undefined) return { type: 'at', time: Date.parse(creationTimestamp) + milliseconds };
  const problem =
    duration === undefined
      ? `annotation ${TTL_SECONDS_ANNOTATION} is not a whole number of seconds`
      : `annotation ${TTL_ANNOTATION} is not a duration, written like 90s, 30m or 1h30m`;
  return { type: 'invalid', message: `${problem}; nothing expires` };
}

function ofSeconds(text: string): number | undefined {
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= MAX_SECONDS ? seconds * 1000 : undefined;
}

function ofDuration(text: string): number | undefined {
  try {
    const milliseconds = parseDuration(text);
    return milliseconds >= 0 ? milliseconds : undefined;
  } catch {
    return undefined;
  }
}
