/**
 * The contract between a kind's controller and the engine, on one page.
 *
 * The engine watches, keeps a queue of keys, and calls `reconcile` with one key at a time (never the same key twice at once).
 * What follows from each return:
 *
 *   settled     all is as wanted. Ready is the reconciler's; Reconciling and Stalled are removed. Looked at again on the next
 *               change, or after `requeueAfterMs`.
 *   progressing work is under way that will wake us by an event (a pull, a stop): Reconciling=True with the reason.
 *               Looked at again on an event, or after `requeueAfterMs`.
 *   waiting     a known blocker outside of us (an image that is not there yet, a runtime that is down): Reconciling=True, Ready
 *               False (Unknown when `unknown`). The next look comes by watch, or after `requeueAfterMs` (default 30 s); no backoff grows.
 *   retry       an error that may heal: Reconciling=True, a Warning Event (aggregated), queue backoff 5 ms doubling to 60 s.
 *               Any thrown error that is not a ReconcileError is this.
 *   stalled     only a human or a new generation helps: Stalled=True, Ready=False, a Warning Event; looked at again when something changes, or after
 *               `requeueAfterMs`.
 *
 * A reconciler returns an Outcome, or throws a ReconcileError that carries one. Status goes through `context.status` and is
 * written once, by the engine, after the return, and only when it differs; `context.status.flush()` writes in between
 * where a crash must not forget (an exit that was seen) or a person waits (progress; throttled to one a second).
 */
import type { PLAN_ACTIONS } from '../../schemas/definitions/plan.ts';
import type { KindRef, KubeObject, ObjectRef } from '../../schemas/object.ts';
import type { Client } from '../../client/client.ts';
import type { Clock, Log } from './environment.ts';
import type { ReaderQuery } from './informer.ts';
import type { Informers } from './informers.ts';
import type { Key } from './keys.ts';

export type { Clock, Key, Log, ReaderQuery };

/** CamelCase, listed in schemas/conditions.ts. */
export type Reason = string;

export type Outcome =
  | { readonly type: 'settled'; readonly requeueAfterMs?: number }
  | {
      readonly type: 'progressing';
      readonly reason: Reason;
      readonly message: string;
      readonly requeueAfterMs?: number;
    }
  | {
      readonly type: 'waiting';
      readonly reason: Reason;
      readonly message: string;
      readonly requeueAfterMs?: number;
      /** Nobody can tell how it is now (the runtime is away): Ready is Unknown and what was last seen stays. */
      readonly unknown?: boolean;
    }
  | { readonly type: 'retry'; readonly reason: Reason; readonly message: string; readonly cause?: unknown }
  | {
      readonly type: 'stalled';
      readonly reason: Reason;
      readonly message: string;
      readonly requeueAfterMs?: number;
    };

export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
  readonly outcome: Outcome;
  constructor(outcome: Exclude<Outcome, { type: 'settled' }>, options?: ErrorOptions) {
    super(`${outcome.reason}: ${outcome.message}`, options);
    this.outcome = outcome;
  }
}

export const settled = (requeueAfterMs?: number): Outcome =>
  requeueAfterMs === undefined ? { type: 'settled' } : { type: 'settled', requeueAfterMs };

/** Read-only view of the informers' caches: synchronous, frozen objects, only kinds the controller declared. */
export interface Reader {
  get<T extends KubeObject>(kind: KindRef, namespace: string | undefined, name: string): T | undefined;
  list<T extends KubeObject>(kind: KindRef, query?: ReaderQuery): readonly T[];
}

export interface ConditionInput {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** Collects what is to be said of the object; `S` is the kind's status type without conditions and observedGeneration. */
export interface StatusWriter<S> {
  /** The status as it stands, changes of this pass included. */
  readonly current: Readonly<Partial<S>>;
  /** Shallow merge; `undefined` removes a field. */
  set(fields: { readonly [K in keyof S]?: S[K] | undefined }): void;
  condition(condition: ConditionInput): void;
  removeCondition(type: string): void;
  /** Durable now. Rejects like any write; a conflict is retried inside. */
  flush(): Promise<void>;
  /** Soon, at most once a second for one object; never blocks, never rejects. */
  progress(): void;
}

export interface ReconcileContext<S> {
  readonly client: Client;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly status: StatusWriter<S>;
  /** Fire and forget; aggregated and rate-limited per object. */
  readonly event: (type: 'Normal' | 'Warning', reason: Reason, message: string) => void;
}

/** What an object comes to, in one word. */
export type PlanAction = (typeof PLAN_ACTIONS)[number];

/** One thing that the controller would do, and why. `target` and `cause` are for people, and never hold what a Secret holds. */
export interface PlannedStep {
  readonly type: string;
  readonly target?: string;
  readonly cause: string;
}

/** What becomes of an object. */
export interface Planned {
  readonly action: PlanAction;
  /** The same in a sentence, with the cause. */
  readonly message: string;
  readonly steps: readonly PlannedStep[];
}

/** Of what belongs to another machine. */
export const ELSEWHERE: Planned = { action: 'None', message: 'it belongs to another machine', steps: [] };

/**
 * What a controller is given to foretell what it would do. There is no client in it and no status to write, and a controller keeps
 * only such ports for it as read: to plan is to change nothing, by the types already.
 */
export interface PlanContext {
  /** Objects as they would be. What would be deleted is gone; what is not there yet has no status. */
  readonly reader: Reader;
  /** Objects as they are. */
  readonly before: Reader;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** An object of any kind as it would be, also of one that the controller does not declare; undefined: it is not there, or nobody has it. */
  readonly find: (ref: ObjectRef) => KubeObject | undefined;
  /** What becomes of another object, by its own controller; undefined where nobody plans for it, or a circle would close. */
  readonly planOf: (ref: ObjectRef) => Promise<Planned | undefined>;
}

export interface WatchedKind {
  readonly kind: KindRef;
  /** Keys of our own kind that a change of this object concerns. `previous` is absent for a new object. */
  map(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[];
  /** Index functions that `Reader.list` may use on this kind. */
  readonly indexes?: Readonly<Record<string, (object: KubeObject) => readonly string[]>>;
}

/** Something outside of the API that wakes keys: runtime events, file watchers, timers. */
export interface EventSource {
  /**
   * Called once, when the controller's caches are filled; calls `enqueue` until disposed. `informers` is for sources
   * whose kinds are only known at run time; declared kinds are in the reader.
   */
  start(enqueue: (key: Key) => void, reader: Reader, informers: Informers): Disposable;
}

export interface Controller<T extends KubeObject, S = unknown> {
  /** Lower-case, in logs, metrics and as user `system:controller:<name>`. */
  readonly name: string;
  readonly kind: KindRef;
  /** Index functions on our own kind. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  readonly watches?: readonly WatchedKind[];
  readonly sources?: readonly EventSource[];
  /** How many keys at once; default 4. */
  readonly concurrency?: number;
  /** Held on every object from its creation; removed by the engine when `finalize` settles. */
  readonly finalizer?: string;
  /**
   * False for kinds whose status does not have our conditions (core kinds): outcomes then make no Ready, Reconciling, Stalled
   * and observedGeneration; queue, events and logs are as ever.
   */
  readonly outcomeConditions?: boolean;
  /** `context.signal` aborts when the daemon stops, and when the object is deleted or goes away meanwhile. */
  reconcile(object: T, context: ReconcileContext<S>): Promise<Outcome>;
  /** The object is being deleted: release what it holds. `settled` lets it go. */
  finalize?(object: T, context: ReconcileContext<S>): Promise<Outcome>;
  /**
   * What `reconcile` would do, until all is as wanted, if the object were like this; with a deletionTimestamp, what `finalize` would.
   * The object has the uid and the status of the one that is there. A ReconcileError says what it would wait for.
   */
  plan?(object: T, context: PlanContext): Planned | Promise<Planned>;
  /** Keys that a change of this object concerns and that no watch tells of: those that `sources` wake. For plans only. */
  concerned?(object: KubeObject, reader: Reader): readonly Key[];
  /** Objects that are deleted together with this one; `all` reads every kind that somebody plans for. */
  takesAlong?(object: T, all: { readonly kinds: readonly KindRef[]; readonly reader: Reader }): readonly KubeObject[];
}

/** A controller of whatever kind, for lists of them. */
export type AnyController = Controller<never, never>;
