import { selfSubjectReview } from '../../schemas/definitions/self-subject-review.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { ApiClock } from '../context.ts';
import type { ServedResource } from '../registry/resource.ts';
import { reviewResource } from './review-resource.ts';

/** Who the caller is, after impersonation. */
export function selfReview(clock: ApiClock): ServedResource {
  return reviewResource(selfSubjectReview, (_asked, { attributes }) => {
    const { name, uid, groups, extra } = attributes.user;
    const userInfo = {
      username: name,
      ...(uid === undefined ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(extra === undefined ? {} : { extra }),
    };
    return { metadata: { creationTimestamp: formatTime(clock.now()) }, status: { userInfo } };
  });
}
