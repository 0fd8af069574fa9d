import { isReason, type Client } from '../../client/client.ts';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Clock, Log, Timers } from './environment.ts';
import type { Mirror } from './mirror.ts';
import { sleep } from './timers.ts';

/** Objects a page: about a millisecond of decoding, so that a long list does not hold the event loop. */
const PAGE_SIZE = 250;
/** The server is asked to end each watch after this, somewhat spread, so that a dead connection is found. */
const WATCH_SECONDS = 300;
/** How long after that we give it up ourselves. */
const WATCH_GRACE_MS = 30_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 30_000;
/** A watch that ends sooner and brought nothing is treated as a failure: a server that ends each at once is not hammered. */
const SHORT_WATCH_MS = 1000;

export interface ReflectOptions {
  readonly client: Client;
  readonly kind: KindRef;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0 ≤ random() < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** After each complete list; the first time means synced. */
  readonly listed: () => void;
}

/**
 * Keeps a mirror equal to the server's collection until `signal` aborts: a list, then watches that resume where the last
 * one ended (bookmarks move that point in quiet times), a new list when the server has forgotten that point. Trouble
 * is logged and met with backoff; meanwhile the mirror shows what was last seen. Never rejects.
 */
export async function reflect(mirror: Mirror, options: ReflectOptions): Promise<void> {
  const { kind, clock, log, signal } = options;
  let mustList = true;
  let failures = 0;
  while (!signal.aborted) {
    const started = clock.now();
    let failed = false;
    let events = 0;
    try {
      if (mustList) await listAll(mirror, options);
      mustList = false;
      await watchOnce(mirror, options, () => (events += 1));
    } catch (error) {
      if (signal.aborted) return;
      failed = true;
      mustList ||= isReason(error, 'Expired') || isReason(error, 'Gone');
      log.warn({ kind: kind.kind, apiVersion: kind.apiVersion, error, failures }, 'watching a kind was interrupted');
    }
    const useful = events > 0 || clock.now() - started >= SHORT_WATCH_MS;
    if (useful) failures = 0;
    if (useful && !failed) continue;
    await sleep(options.timers, backoff(failures, options.random), signal);
    failures += 1;
  }
}

/** Doubling, and spread over the upper half so that many watchers do not come back in step. */
function backoff(failures: number, random: () => number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 20), MAX_DELAY_MS);
  return full / 2 + (full / 2) * random();
}

async function listAll(mirror: Mirror, options: ReflectOptions): Promise<void> {
  const { client, kind, signal } = options;
  const objects: KubeObject[] = [];
  let token: string | undefined;
  do {
    const page = await client.list<KubeObject>(kind, {
      signal,
      limit: PAGE_SIZE,
      ...(token === undefined ? {} : { continue: token }),
    });
    for (const object of page.items) objects.push(object);
    token = page.metadata.continue;
    if (token === undefined || token === '') {
      mirror.replace(objects, page.metadata.resourceVersion);
      options.listed();
      return;
    }
  } while (!signal.aborted);
}

/** One watch to its end. */
async function watchOnce(mirror: Mirror, options: ReflectOptions, onEvent: () => void): Promise<void> {
  const { client, kind, timers, random, signal } = options;
  const timeoutSeconds = Math.ceil(WATCH_SECONDS * (1 + random()));
  const gaveUp = new AbortController();
  using _watchdog = timers.after(timeoutSeconds * 1000 + WATCH_GRACE_MS, () => gaveUp.abort());
  const watch = client.watch<KubeObject>(kind, {
    resourceVersion: mirror.version,
    allowBookmarks: true,
    timeoutSeconds,
    signal: AbortSignal.any([signal, gaveUp.signal]),
  });
  for await (const event of watch) {
    if (signal.aborted) break;
    mirror.apply(event);
    onEvent();
  }
}
