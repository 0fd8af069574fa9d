import type { KindDefinition } from '../kind-definition.ts';
import { atomicList, object, string } from './fragments.ts';

/** authentication.k8s.io/v1 SelfSubjectReview: `kubectl auth whoami`. */
export const selfSubjectReview: KindDefinition = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  listKind: 'SelfSubjectReviewList',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  subresources: [],
  columns: [],
  selectableFields: [],
  builtin: true,
  unstored: true,
  schema: {
    type: 'object',
    description: 'Asks who the one who asks is to the server. Answered at once, kept nowhere.',
    properties: {
      metadata: { type: 'object' },
      status: object('The answer, filled in by the server.', {
        userInfo: object('The user.', {
          username: string('Name of the user.'),
          uid: string('Identity of the user, where authentication knows one.'),
          groups: atomicList('Groups that the user is in.', { type: 'string' }),
          extra: {
            type: 'object',
            description: 'What else authentication knows of the user.',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          },
        }),
      }),
    },
  },
};
