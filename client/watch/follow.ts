/**
 * A list, and then its changes, for as long as somebody reads: over the ends of watches, restarts of the daemon, and
 * versions that have become too old. No change is told twice, and none is missed that still shows.
 */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { isReason, isUnreachable } from '../client.ts';

/** Where things come from: objects, or rows of a Table. */
export interface Source<T> {
  list(signal: AbortSignal): Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }>;
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<SourceEvent<T>>;
  /** Same for all versions of one thing. */
  keyOf(item: T): string;
  versionOf(item: T): string;
}

export type SourceEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly item: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export type Change<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly item: T }
  /** All that was there at the beginning has been told. Comes once. */
  | { readonly type: 'SYNCED' };

export interface FollowOptions {
  /** Rejects with the signal's reason when that comes first. Default: the machine's time. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Told once each time that the server is away for longer than a moment. */
  readonly onLost?: () => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Rejects when the first list fails, and for refusals; waits when the server is away later. Ends with the signal. */
export async function* follow<T>(
  source: Source<T>,
  { sleep = sleepFor, onLost = () => undefined }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<Change<T>> {
  const known = new Map<string, T>();
  let version: string | undefined = yield* catchUp(source, known, signal);
  yield { type: 'SYNCED' };
  let pause = 0;
  let told = false;
  while (!signal.aborted) {
    try {
      if (version === undefined) version = yield* catchUp(source, known, signal);
      for await (const event of source.watch(version, signal)) {
        pause = 0;
        told = false;
        if (event.type === 'BOOKMARK') {
          version = event.resourceVersion;
          continue;
        }
        version = source.versionOf(event.item);
        if (event.type === 'DELETED') known.delete(source.keyOf(event.item));
        else known.set(source.keyOf(event.item), event.item);
        yield { type: event.type, item: event.item };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isReason(error, 'Expired')) {
        version = undefined;
        continue;
      }
      if (!isInterruption(error)) throw error;
      if (!told && pause > 0) onLost();
      told ||= pause > 0;
    }
    if (pause > 0) await sleep(pause, signal).catch(() => undefined);
    pause = Math.min(LONGEST_PAUSE_MS, pause === 0 ? FIRST_PAUSE_MS : pause * 2);
  }
}

const sleepFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  pauseFor(milliseconds, undefined, { signal });

/** The server went away, or is about to: it may come back. */
export const isInterruption = (error: unknown): boolean =>
  isUnreachable(error) || isReason(error, 'ServiceUnavailable') || isBroken(error);

/** A connection that ended in the middle of an answer. */
const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Lists, and tells what is different from what is known. */
async function* catchUp<T>(
  source: Source<T>,
  known: Map<string, T>,
  signal: AbortSignal,
): AsyncGenerator<Change<T>, string> {
  const { items, resourceVersion } = await source.list(signal);
  const gone = new Map(known);
  for (const item of items) {
    const key = source.keyOf(item);
    const before = known.get(key);
    gone.delete(key);
    known.set(key, item);
    if (before === undefined) yield { type: 'ADDED', item };
    else if (source.versionOf(before) !== source.versionOf(item)) yield { type: 'MODIFIED', item };
  }
  for (const [key, item] of gone) {
    known.delete(key);
    yield { type: 'DELETED', item };
  }
  return resourceVersion;
}
