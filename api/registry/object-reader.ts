/** Reads of a stored kind: the newest state from the watch cache, older states from the store's history. */
import type { ListMetadata, ObjectValue, SharedFrame, WatchFrame, WatchStream } from '../pipeline/response.ts';
import { expired, failure, notFound } from '../status-error.ts';
import { StoreError } from '../store/store.ts';
import type { CacheWatch } from '../watch-cache/cache-watch.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import { WatchCacheError } from '../watch-cache/errors.ts';
import type { CacheEvent } from '../watch-cache/events.ts';
import type { CacheListOptions } from '../watch-cache/pages.ts';
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import { asStatusError, type KindReads } from './kind-store.ts';
import { valueOfEntry } from './object-value.ts';
import type { CallContext, Getter, Lister, ListQuery, Watcher, WatchQuery } from './resource.ts';
import { selectableBy } from './selectable.ts';
import type { Selection } from './selection.ts';
import { parseVersion } from './versions.ts';

/** Whether a selection sees an entry. */
interface Sees {
  /** A selection that selects nothing away sees all there is. */
  readonly everything: boolean;
  matches(selection: Selection, entry: CacheEntry): boolean;
}

/** Which entries are seen at this place by anybody; undefined: all. */
function showsOf({ conversion, cache }: KindReads): ((entry: CacheEntry) => boolean) | undefined {
  if (conversion?.shows === undefined) return undefined;
  return (entry) => conversion.shows?.(entry, () => cache.object(entry)) ?? true;
}

export function createReader(kind: KindReads): Getter & Lister & Watcher {
  const selectable = selectableBy(kind);
  const shows = showsOf(kind);
  const sees: Sees = {
    everything: shows === undefined,
    matches: (selection, entry) => (shows?.(entry) ?? true) && selection.matches(selectable(entry)),
  };
  return {
    async get({ attributes, signal }, name, resourceVersion) {
      if (resourceVersion !== undefined) await notOlderThan(kind, resourceVersion, signal);
      await kind.cache.reached(undefined, { signal });
      const entry = kind.cache.get(attributes.namespace, name);
      if (entry === undefined || shows?.(entry) === false) throw notFound(kind.definition, name);
      return valueOfEntry(kind, entry);
    },
    list: (context, query) => listPage(kind, sees, context, query),
    async watch(context, query) {
      if (query.sendInitialEvents === true) await notOlderThan(kind, query.resourceVersion, context.signal);
      return new ObjectWatch(kind, sees, context, query);
    },
  };
}

async function listPage(
  kind: KindReads,
  sees: Sees,
  { attributes, signal }: CallContext,
  query: ListQuery,
): Promise<{ readonly metadata: ListMetadata; readonly items: readonly ObjectValue[] }> {
  const { cache, definition } = kind;
  const token = query.continueToken === undefined ? undefined : decodeContinueToken(query.continueToken);
  const { prefix } = cache;
  try {
    await cache.reached(undefined, { signal });
    const at = token === undefined ? await revisionOf(kind, query, signal) : token.revision;
    const page = await cache.list({
      ...placeOf(attributes.namespace, query, sees),
      ...(query.limit === undefined ? {} : { limit: query.limit }),
      ...(token === undefined ? {} : { after: prefix + token.after }),
      ...(at === undefined ? {} : { revision: at }),
    });
    const last = page.entries.at(-1);
    const more = page.more && last !== undefined;
    const metadata: ListMetadata = {
      resourceVersion: String(page.revision),
      ...(more
        ? { continue: encodeContinueToken({ revision: page.revision, after: last.key.slice(prefix.length) }) }
        : {}),
      ...(more && page.remaining !== undefined ? { remainingItemCount: page.remaining } : {}),
    };
    return { metadata, items: page.entries.map((entry) => valueOfEntry(kind, entry)) };
  } catch (error) {
    if (token !== undefined && isExpired(error)) throw expiredToken(kind, token.after, error);
    throw asStatusError(error, definition, '');
  }
}

const isExpired = (error: unknown): boolean =>
  (error instanceof WatchCacheError && error.code === 'Expired') ||
  (error instanceof StoreError && error.code === 'Compacted');

/** A token past the history comes back with another one, that goes on from there at the newest state. */
function expiredToken({ cache }: KindReads, after: string, cause: unknown): Error {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return Object.assign(expired(message, encodeContinueToken({ revision: cache.revision, after })), { cause });
}

/** undefined means the newest. Waits a moment for a version that is ahead. */
async function revisionOf({ cache }: KindReads, query: ListQuery, signal: AbortSignal): Promise<number | undefined> {
  const { resourceVersion, resourceVersionMatch } = query;
  if (resourceVersion === undefined || resourceVersion === '0') return undefined;
  const asked = parseVersion(resourceVersion);
  await cache.reached(asked, { signal });
  return resourceVersionMatch === 'Exact' ? asked : undefined;
}

/** What a get and a WatchList show has to be as new as the client knows it; see `revisionOf`. */
async function notOlderThan(
  { cache, definition }: KindReads,
  resourceVersion = '0',
  signal: AbortSignal,
): Promise<void> {
  try {
    await cache.reached(parseVersion(resourceVersion), { signal });
  } catch (error) {
    throw asStatusError(error, definition, '');
  }
}

function placeOf(
  namespace: string,
  { selection }: Pick<ListQuery, 'selection'>,
  sees: Sees,
): Pick<CacheListOptions, 'namespace' | 'name' | 'matches'> {
  return {
    ...(namespace === '' ? {} : { namespace }),
    ...(selection.name === undefined ? {} : { name: selection.name }),
    ...(selection.everything && sees.everything ? {} : { matches: (entry) => sees.matches(selection, entry) }),
  };
}

/** A watch that opens with its first read, and ends by its timeout, its reader, or the cache. */
class ObjectWatch implements WatchStream {
  readonly #kind: KindReads;
  readonly #sees: Sees;
  /** Tells the place apart from other versions of the same objects, whose watchers share the events. */
  readonly #sharedAs: string;
  readonly #retire = (): void => this.#watch?.finish();
  readonly #opened: Promise<CacheWatch | undefined>;
  #timer: NodeJS.Timeout | undefined;
  #watch: CacheWatch | undefined;
  #failure: unknown;
  #over = false;

  constructor(kind: KindReads, sees: Sees, { attributes, signal }: CallContext, query: WatchQuery) {
    this.#kind = kind;
    this.#sees = sees;
    const { definition } = kind;
    this.#sharedAs = kind.conversion === undefined ? '' : `${apiVersionOf(definition)}/${definition.plural}`;
    const after = afterOf(query);
    this.#opened = this.#open(attributes.namespace, query, after, signal);
  }

  async read(): Promise<readonly WatchFrame[]> {
    const watch = await this.#opened;
    if (this.#over) return [];
    try {
      if (watch === undefined) throw this.#failure;
      return (await watch.read()).map((event) => this.#frame(event));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      return errorFrames(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#opened;
    clearTimeout(this.#timer);
    this.#kind.retired?.removeEventListener('abort', this.#retire);
    this.#watch?.end();
  }

  async #open(
    namespace: string,
    query: WatchQuery,
    after: number | undefined,
    signal: AbortSignal,
  ): Promise<CacheWatch | undefined> {
    const { cache, retired } = this.#kind;
    try {
      await cache.reached(undefined, { signal });
      const place = placeOf(namespace, query, this.#sees);
      this.#watch = await cache.watch({
        ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
        ...(place.matches === undefined ? {} : { matches: place.matches }),
        ...(after === undefined
          ? {}
          : { after: query.sendInitialEvents === false && after === 0 ? cache.revision : after }),
        bookmarks: query.bookmarks,
        initialEventsEnd: query.sendInitialEvents === true && query.bookmarks,
        signal,
      });
      if (query.timeoutSeconds !== undefined) this.#endAfter(query.timeoutSeconds, query.bookmarks);
      retired?.addEventListener('abort', this.#retire, { once: true });
      if (retired?.aborted) this.#watch.finish();
      return this.#watch;
    } catch (error) {
      this.#failure = error;
      return undefined;
    }
  }

  /** Shortly before its end, a watch with bookmarks tells how far it has come: from there its reader goes on. */
  #endAfter(timeoutSeconds: number, bookmarks: boolean): void {
    const seconds = Math.min(timeoutSeconds, MAX_TIMEOUT_SECONDS);
    const before = bookmarks && seconds > LAST_BOOKMARK_SECONDS ? LAST_BOOKMARK_SECONDS : 0;
    const end = (): void => this.#watch?.end();
    const bookmark = (): void => {
      this.#watch?.push({ type: 'BOOKMARK', revision: this.#kind.cache.revision, initialEventsEnd: false });
      this.#watch?.wake();
      this.#timer = setTimeout(end, before * 1000);
    };
    this.#timer = setTimeout(before > 0 ? bookmark : end, (seconds - before) * 1000);
  }

  #frame(event: CacheEvent): WatchFrame {
    if (event.type === 'BOOKMARK') {
      return { type: 'BOOKMARK', resourceVersion: String(event.revision), initialEventsEnd: event.initialEventsEnd };
    }
    return event.shared(this.#sharedAs, () => new EventFrame(event.type, valueOfEntry(this.#kind, event.entry)));
  }
}

/** One event at one place where its kind is served, for all who watch there. */
class EventFrame implements SharedFrame {
  readonly type: SharedFrame['type'];
  readonly value: ObjectValue;
  readonly #made = new Map<string, unknown>();

  constructor(type: SharedFrame['type'], value: ObjectValue) {
    this.type = type;
    this.value = value;
  }

  shared<T>(name: string, make: (value: ObjectValue) => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known as T;
    const made = make(this.value);
    this.#made.set(name, made);
    return made;
  }
}

/** What a timer can hold; nobody watches longer. */
const MAX_TIMEOUT_SECONDS = 2_000_000;
/** How long before the end of a watch its last bookmark comes, as on a real server. */
const LAST_BOOKMARK_SECONDS = 2;

/** undefined: begin with the state. WatchList begins with it whatever version it names. */
function afterOf(query: WatchQuery): number | undefined {
  const version = query.resourceVersion === undefined ? 0 : parseVersion(query.resourceVersion);
  if (query.sendInitialEvents === true) return undefined;
  if (query.sendInitialEvents === false) return version;
  return version === 0 ? undefined : version;
}

/** @throws what is a fault of ours */
function errorFrames(error: unknown): readonly WatchFrame[] {
  if (!(error instanceof WatchCacheError)) throw error;
  // the reader resumes from its last version, or finds out on its next connection
  if (error.code === 'Closed' || error.code === 'TooSlow') return [];
  // a version that never happened here (a store restored from a backup) is as useless as a forgotten one: list again
  return [{ type: 'ERROR', status: failure(410, 'Expired', error.message) }];
}
