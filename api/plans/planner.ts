import type { PlanStatusObject } from '../../schemas/gen/types.ts';
import type { KubeObject, ObjectRef } from '../../schemas/object.ts';

/** One object of a question: as it would be, or which one would be deleted. */
export type AskedChange = { readonly object: KubeObject } | { readonly delete: ObjectRef };

/** Whoever has controllers answers what they would do. */
export interface Planner {
  /** Changes nothing. Throws ServiceUnavailable, as a StatusError, while it cannot tell. */
  plan(changes: readonly AskedChange[], signal: AbortSignal): Promise<readonly PlanStatusObject[]>;
}
