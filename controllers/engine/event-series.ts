import type { KubeObject } from '../../schemas/object.ts';
import { Recent } from './recent.ts';

/** Series, groups and buckets that are remembered, each. */
const REMEMBERED = 1024;
/** Different messages of one object and reason within the window, before they are put together. */
const MESSAGES_OF_A_GROUP = 10;
const GROUP_WINDOW_MS = 10 * 60_000;
/** Writes an object may cause at once, and the time after which it may cause one more. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;
/** Longest message; a server refuses Events with longer ones. */
const MAX_MESSAGE = 1024;

export interface Happening {
  /** Who saw it. */
  readonly component: string;
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One Event object and what it has to tell that is not written yet. */
export interface Series {
  readonly first: Happening;
  readonly firstSeen: number;
  message: string;
  lastSeen: number;
  /** How often in all. */
  count: number;
  /** Of these, told to the server. */
  written: number;
  /** Name of the Event object, once it was made. */
  name?: string;
}

interface Group {
  started: number;
  readonly messages: Set<string>;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * Turns happenings into series: the same again only counts, many different messages of one reason become one, and an
 * object that talks all the time may write only now and then (what it says meanwhile is counted, not lost).
 * Memory is bounded whatever happens.
 */
export class EventSeries {
  readonly #series = new Recent<string, Series>(REMEMBERED);
  readonly #groups = new Recent<string, Group>(REMEMBERED);
  readonly #buckets = new Recent<string, Bucket>(REMEMBERED);

  /** Counts a happening at `now`, in milliseconds since the epoch. */
  count(happening: Happening, now: number): Series {
    const { component, object, type, reason } = happening;
    const groupKey = [component, object.metadata.uid, type, reason].join('\n');
    const [key, message] = this.#place(groupKey, clip(happening.message), now);
    const series = this.#series.use(key, () => ({
      first: { ...happening, object: identityOf(object) },
      firstSeen: now,
      lastSeen: now,
      message,
      count: 0,
      written: 0,
    }));
    series.count += 1;
    series.lastSeen = now;
    series.message = message;
    return series;
  }

  /** Whether the object may cause a write now; if so, that is counted. */
  mayWrite({ first }: Series, now: number): boolean {
    const key = `${first.component}\n${first.object.metadata.uid}`;
    const bucket = this.#buckets.use(key, () => ({ tokens: BURST, filledAt: now }));
    const refills = Math.floor((now - bucket.filledAt) / REFILL_MS);
    if (refills > 0) {
      bucket.tokens = Math.min(BURST, bucket.tokens + refills);
      bucket.filledAt += refills * REFILL_MS;
    }
    if (bucket.tokens === 0) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Key of the series, and the message it shows. */
  #place(groupKey: string, message: string, now: number): readonly [string, string] {
    const group = this.#groups.use(groupKey, () => ({ started: now, messages: new Set() }));
    if (now - group.started > GROUP_WINDOW_MS) {
      group.started = now;
      group.messages.clear();
    }
    if (group.messages.has(message)) return [`${groupKey}\n${message}`, message];
    if (group.messages.size >= MESSAGES_OF_A_GROUP)
      return [groupKey, clip(`(combined from similar events): ${message}`)];
    group.messages.add(message);
    return [`${groupKey}\n${message}`, message];
  }
}

const clip = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;

/** What an Event says of its object; the rest need not be kept in memory. */
function identityOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const identity = { name, uid, resourceVersion, creationTimestamp };
  return { apiVersion, kind, metadata: namespace === undefined ? identity : { ...identity, namespace } };
}
