import { ApiError } from '../../client/client.ts';
import type { Plan, PlanChange, PlanStatusObject } from '../../schemas/gen/types.ts';
import type { Session } from '../connect/session.ts';

/** What an API server answers that does not know the kind, or the verb: a real Kubernetes, an older tsmoby. */
const NOT_SERVED = [404, 405];

/**
 * What controllers would do if these changes were made, all together: first the objects of the question in its order, then
 * others that follow. Nothing is kept, and nothing is changed. Undefined where the server makes no plans; rejects like the Client.
 */
export async function askForPlan(
  { client }: Pick<Session, 'client'>,
  changes: readonly PlanChange[],
  signal?: AbortSignal,
): Promise<readonly PlanStatusObject[] | undefined> {
  if (changes.length === 0) return [];
  const question = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Plan', metadata: {}, spec: { changes } } as const;
  try {
    const { status } = await client.create<Plan>(question, signal === undefined ? {} : { signal });
    return status?.objects ?? [];
  } catch (error) {
    if (error instanceof ApiError && NOT_SERVED.includes(error.code)) return undefined;
    throw error;
  }
}
