/**
 * The Client port: how everything that is not the API server talks to it. One interface, several implementations: HTTP
 * (unix socket or HTTPS, also a real Kubernetes API server), in-process (the daemon's own, through the same request
 * pipeline), and test clients that add lag or faults. A controller cannot tell which one it holds.
 *
 * Objects that come out are frozen. Every call takes an AbortSignal. Refusals reject with `ApiError`, which carries the
 * server's Status; transport trouble rejects with `ApiError` of reason `ServiceUnavailable` and a `cause`.
 */
import type { KindRef, KubeObject, ObjectInput, ObjectRef, Status } from '../schemas/object.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface WriteCallOptions extends CallOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Unknown and duplicate fields: refuse, warn (default), or drop silently. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Receives each `Warning:` the server sends. */
  readonly onWarning?: (text: string) => void;
}

export interface ApplyOptions extends WriteCallOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
  readonly subresource?: 'status';
}

export interface PatchOptions extends WriteCallOptions {
  readonly type: 'json' | 'merge' | 'strategic';
  /** `finalize`: of a Namespace, the only way by which its `spec.finalizers` change. */
  readonly subresource?: 'status' | 'finalize';
}

export interface DeleteOptions extends CallOptions {
  readonly dryRun?: boolean;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ListOptions extends CallOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface List<T extends KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[];
}

export interface WatchOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Changes after this version. Absent or "0": first an ADDED for each object that is there. */
  readonly resourceVersion?: string;
  readonly allowBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface Client {
  get<T extends KubeObject>(ref: ObjectRef, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(kind: KindRef, options?: ListOptions): Promise<List<T>>;
  /** Ends when the server ends it; rejects with ApiError reason `Expired` when the version is too old. */
  watch<T extends KubeObject>(kind: KindRef, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(object: ObjectInput<T>, options?: WriteCallOptions): Promise<T>;
  /** PUT of the whole object; `metadata.resourceVersion`, when there, is a precondition. */
  update<T extends KubeObject>(object: T, options?: WriteCallOptions): Promise<T>;
  updateStatus<T extends KubeObject>(object: T, options?: WriteCallOptions): Promise<T>;
  patch<T extends KubeObject>(ref: ObjectRef, patch: unknown, options: PatchOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(object: ObjectInput<T>, options: ApplyOptions): Promise<T>;
  /** Resolves with the object while finalizers hold it, with a Success Status when it is gone. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<KubeObject | Status>;
  deleteCollection(kind: KindRef, options?: DeleteOptions & ListOptions): Promise<void>;
}

/** The server's refusal, or what kept us from reaching it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'request failed', options);
    this.status = status;
  }
  /** Kubernetes' reason: NotFound, AlreadyExists, Conflict, Invalid, Forbidden, Expired, ServiceUnavailable and others. */
  get reason(): string {
    return this.status.reason ?? 'Unknown';
  }
  /** HTTP status; 0 when there was no answer. */
  get code(): number {
    return this.status.code ?? 0;
  }
}

export function isReason(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.reason === reason;
}

/** True when there was no answer at all: the server is not there, or went away. */
export const isUnreachable = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 0;
