/**
 * What a resource can do. Each capability is a small interface; discovery, routing and 405 follow from which of them
 * are there. Stored kinds have nearly all (stored-resource.ts); a review is only a Creater; a view of other objects
 * has Getter, Lister and Watcher.
 *
 * Handlers read bodies, options and headers; capabilities know nothing of HTTP. Every refusal is a StatusError.
 */
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { KubeObject, Status } from '../../schemas/object.ts';
import type { RequestAttributes } from '../pipeline/attributes.ts';
import type { ListMetadata, ObjectValue, WatchStream } from '../pipeline/response.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import type { PortForwarder } from './port-dialer.ts';
import type { Attacher, Execer } from './remote-process.ts';
import type { Selection } from './selection.ts';

/** What every call brings along. */
export interface CallContext {
  readonly attributes: RequestAttributes;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** Apply: the manager's operation is Apply and the change carries its own managed fields. */
  readonly operation: 'Update' | 'Apply';
}

export interface ListQuery {
  readonly selection: Selection;
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
}

export interface WatchQuery {
  readonly selection: Selection;
  readonly resourceVersion: string | undefined;
  readonly bookmarks: boolean;
  /** undefined: as resourceVersion says. true: state first, then a marked bookmark. false: changes only. */
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

/**
 * Makes the new object from the newest stored one (undefined: there is none). Called again when a write loses a race,
 * unless the result names a resourceVersion. Returning the current object itself means "no change".
 */
export type Change = (current: KubeObject | undefined) => KubeObject | Promise<KubeObject>;

/** `replace` is PUT, with its rules about resourceVersion; `apply` creates what is not there. */
export type UpdateKind = 'replace' | 'patch' | 'apply';

export interface Getter {
  /** As it is now; `notOlderThan` is a resourceVersion that this must have come to. */
  get(context: CallContext, name: string, notOlderThan?: string): Promise<ObjectValue>;
}

export interface Lister {
  list(
    context: CallContext,
    query: ListQuery,
  ): Promise<{ readonly metadata: ListMetadata; readonly items: readonly ObjectValue[] }>;
}

export interface Watcher {
  /** Waits only where the state must have come to a version first; rejects where it does not. */
  watch(context: CallContext, query: WatchQuery): WatchStream | Promise<WatchStream>;
}

export interface Creater {
  create(context: CallContext, object: KubeObject, options: WriteOptions): Promise<ObjectValue>;
}

export interface Updater {
  /** `created` when there was none and the kind allows to create by update (or apply). */
  update(
    context: CallContext,
    name: string,
    change: Change,
    options: WriteOptions & { readonly kind: UpdateKind },
  ): Promise<{ readonly value: ObjectValue; readonly created: boolean }>;
}

export interface Deleter {
  /** The object while something holds it, else the Success status. */
  delete(
    context: CallContext,
    name: string,
    options: DeleteOptions,
  ): Promise<{ readonly held: ObjectValue } | { readonly gone: Status }>;
}

export interface CollectionDeleter {
  deleteCollection(
    context: CallContext,
    query: ListQuery,
    options: DeleteOptions,
  ): Promise<{ readonly metadata: ListMetadata; readonly items: readonly ObjectValue[] }>;
}

/** What a reader of a log may ask for; as the query of core/v1 pods/log. */
export interface LogQuery {
  /** Absent: the only one, or the first. */
  readonly container: string | undefined;
  /** Absent: both. */
  readonly stream: 'stdout' | 'stderr' | undefined;
  readonly follow: boolean;
  /** The run before the present one. */
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  /** RFC 3339; lines before it are left out. */
  readonly sinceTime: string | undefined;
  readonly limitBytes: number | undefined;
}

/** The log of an object's process. The server declares it; whoever has a runtime fills it. */
export interface LogReader {
  /** Refuses with BadRequest when there is no such log (yet). Ends with the signal of the call. */
  readLog(context: CallContext, name: string, query: LogQuery): Promise<AsyncIterable<Uint8Array>>;
}

/** What a reader of the log of a build may ask for. */
export interface BuildLogQuery {
  /** Absent: the newest. */
  readonly build: number | undefined;
  readonly follow: boolean;
  /** Lines for people, or each entry as a line of JSON. */
  readonly format: 'text' | 'json';
}

/** The logs of an object's builds. */
export interface BuildLogReader {
  /** Refuses with BadRequest when there is no such log (yet). Ends with the signal of the call. */
  readBuildLog(context: CallContext, name: string, query: BuildLogQuery): Promise<AsyncIterable<Uint8Array>>;
}

/** What of a cache is to go; nothing said: all that is not in use. */
export interface CachePruneQuery {
  readonly keepBytes: number | undefined;
  readonly keepDurationMs: number | undefined;
  /** What the builder itself put there, too. */
  readonly all: boolean;
  readonly filters: readonly string[];
}

/** The build cache of an object. The server declares it; whoever reaches builders fills it. */
export interface CacheReader {
  /** Its records as lines of JSON. Refuses with BadRequest when nothing is there to be asked. */
  readCache(context: CallContext, name: string): Promise<AsyncIterable<Uint8Array>>;
}

export interface CachePruner {
  /** Resolves when it is done. Refuses with BadRequest when nothing is there to be asked. */
  pruneCache(
    context: CallContext,
    name: string,
    query: CachePruneQuery,
  ): Promise<{ readonly records: number; readonly reclaimedBytes: number }>;
}

/** What a controller would change for an object if it did its work now. The server declares it; whoever runs controllers fills it. */
export interface PreviewReader {
  /** Lines of JSON. Refuses with BadRequest when it cannot be told, and says why. */
  readPreview(context: CallContext, name: string): Promise<AsyncIterable<Uint8Array>>;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** Patches are updates whose change is computed; this says which kinds of patch the resource takes. */
export interface Patcher {
  readonly patchTypes: readonly PatchType[];
}

/** Of a subresource whose bodies and answers are objects of another kind: `scale` takes and gives autoscaling/v1 Scale. */
export interface Represented {
  readonly represents: ServedResource;
}

export type Capabilities = Partial<
  Getter &
    Lister &
    Watcher &
    Creater &
    Updater &
    Deleter &
    CollectionDeleter &
    Patcher &
    LogReader &
    BuildLogReader &
    CacheReader &
    CachePruner &
    PreviewReader &
    Execer &
    Attacher &
    PortForwarder &
    Represented
>;

/** A resource at one group and version, as the registry holds it. */
export interface ServedResource {
  readonly definition: KindDefinition;
  readonly schema: Structural;
  /**
   * Of kinds that come and go: another one whenever documents would say something else of the kind, and the same one over a
   * restart. Absent: whoever has to know compares what he makes of the definition.
   */
  readonly fingerprint?: string;
  /** The kind is on its way out: discovery tells only of what ends objects, although those that are left can be changed. */
  readonly terminating?: boolean;
  readonly capabilities: Capabilities;
  /** `status`, later `scale` and others; each with its own capabilities. */
  readonly subresources: ReadonlyMap<string, Capabilities>;
}
