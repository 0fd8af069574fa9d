import { plan } from '../../schemas/definitions/plan.ts';
import type { Plan } from '../../schemas/gen/types.ts';
import type { JsonObject } from '../../schemas/object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { requireValid, reviewResource } from '../reviews/review-resource.ts';
import { readChanges } from './asked-changes.ts';
import type { Planner } from './planner.ts';

/**
 * Plans: what would happen if objects were as the question says. The question is not repeated in the answer: it may be large, and may hold
 * what Secrets hold.
 */
export function planResource(registry: Registry, planner: Planner): ServedResource {
  const resource = reviewResource(plan, async (asked, { signal }) => {
    requireValid(plan, resource.schema.validate(asked as unknown as JsonObject));
    const { changes, issues } = await readChanges(asked as Plan, registry, signal);
    requireValid(plan, issues);
    const objects = await planner.plan(changes, signal);
    return { metadata: {}, spec: {}, status: { objects } as unknown as JsonObject };
  });
  return resource;
}
