import { ApiError } from '../../client/client.ts';
import type { Plan, PlanChange, PlanStatusObject } from '../../schemas/gen/types.ts';
import type { Session } from '../connect/session.ts';
import { CommandError } from '../errors.ts';

/** What an API server answers that does not know the kind, or the verb: a real Kubernetes, an older tsmoby. */
const NOT_SERVED = [404, 405];

/**
 * What controllers would do if these changes were made, all together: first the objects of the question in its order, then
 * others that follow. Nothing is kept, and nothing is changed. Undefined where the server makes no plans; rejects like the Client, and with CommandError when the
 * question is too large for the server: what follows from half of it would be another plan.
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
    if (isTooLarge(error)) {
      const what = `too many changes for one plan (${changes.length}), or too large ones`;
      throw new CommandError(`${what}: name fewer files`, { cause: error });
    }
    throw error;
  }
}

/** Of bytes, or of values in them. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.code === 413 || (error.code === 400 && error.message.includes('split it into smaller objects')));
