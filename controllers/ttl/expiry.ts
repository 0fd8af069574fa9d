import type { KubeObject } from '../../schemas/object.ts';

/** Seconds after its creation at which an object is to be deleted; a whole number, 0 or more, as a string. */
export const TTL_ANNOTATION = 'tsmoby.dev/ttl-seconds';

/** About 300 years: a later time is no instant that a Date can hold for sure. */
const MAX_SECONDS = 10_000_000_000;

export type Expiry =
  | { readonly type: 'never' }
  /** Milliseconds since the epoch. */
  | { readonly type: 'at'; readonly time: number }
  | { readonly type: 'invalid'; readonly message: string };

/** When an object's time is over. Only the object counts, so a restart of anything changes nothing. */
export function expiryOf({ metadata }: KubeObject): Expiry {
  const text = metadata.annotations?.[TTL_ANNOTATION];
  if (text === undefined) return { type: 'never' };
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MAX_SECONDS)) {
    return {
      type: 'invalid',
      message: `annotation ${TTL_ANNOTATION} is not a whole number of seconds; nothing expires`,
    };
  }
  return { type: 'at', time: Date.parse(metadata.creationTimestamp) + seconds * 1000 };
}
