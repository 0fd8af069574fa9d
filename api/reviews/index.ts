import type { ApiClock } from '../context.ts';
import type { Authorizer } from '../pipeline/authorize.ts';
import type { ServedResource } from '../registry/resource.ts';
import { accessReviews } from './access-reviews.ts';
import { rulesReview } from './rules-review.ts';
import { selfReview } from './self-review.ts';

/**
 * What every server of ours answers about its callers, truthfully: the same authorizer decides requests and reviews.
 * Everybody who is authenticated may ask about himself.
 */
export const reviewResources = (authorizer: Authorizer, clock: ApiClock): readonly ServedResource[] => [
  ...accessReviews(authorizer),
  rulesReview(authorizer),
  selfReview(clock),
];
