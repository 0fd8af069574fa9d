import { selfSubjectRulesReview } from '../../schemas/definitions/access-reviews.ts';
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import type { Authorizer } from '../pipeline/authorize.ts';
import type { Rules } from '../pipeline/rules.ts';
import type { ServedResource } from '../registry/resource.ts';
import { badRequest } from '../status-error.ts';
import { reviewResource } from './review-resource.ts';

const UNKNOWN: Rules = { resourceRules: [], nonResourceRules: [], incomplete: true };

/** All that the caller may do in a namespace, as the authorizer tells it. */
export function rulesReview(authorizer: Authorizer): ServedResource {
  return reviewResource(selfSubjectRulesReview, async (asked, { attributes: { user } }) => {
    const { spec = {} } = asked as KubeObject & { readonly spec?: { readonly namespace?: string } };
    const { namespace = '' } = spec;
    if (namespace === '') throw badRequest('no namespace on request');
    const rules = (await authorizer.rulesFor?.(user, namespace)) ?? UNKNOWN;
    const status = {
      ...rules,
      ...(rules === UNKNOWN ? { evaluationError: 'the authorizer does not list its rules' } : {}),
    };
    return { metadata: {}, spec: { namespace }, status: status as unknown as JsonObject };
  });
}
