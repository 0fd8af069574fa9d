import type { KubeObject, ObjectRef } from '../../../schemas/object.ts';
import type { Planned } from '../contract.ts';

/** One object that would be made or changed, or that would be deleted. */
export type PlanChange = { readonly object: KubeObject } | { readonly delete: ObjectRef };

/** What becomes of one object. */
export interface PlannedObject extends Planned {
  readonly ref: ObjectRef;
  /** Absent for an object that is not there yet. */
  readonly uid?: string;
  /** Changed and Deleted: the question says so. Affected: it follows from others. */
  readonly because: 'Changed' | 'Deleted' | 'Affected';
}

/** Answers a question for a plan. Rejects with NotReady while caches are not filled. Nothing is changed by it. */
export type Plan = (changes: readonly PlanChange[], signal: AbortSignal) => Promise<readonly PlannedObject[]>;

/** Nobody can tell yet, because somebody's caches are not filled. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}
