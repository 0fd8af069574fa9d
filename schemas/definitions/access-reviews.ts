/** authorization.k8s.io/v1: reviews that ask whether somebody may do one thing. */
import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, boolean, object, string } from './fragments.ts';

const AUTHORIZATION = {
  group: 'authorization.k8s.io',
  version: 'v1',
  shortNames: [],
  categories: [],
  subresources: [],
  columns: [],
  selectableFields: [],
  builtin: true,
  unstored: true,
} as const satisfies Partial<KindDefinition>;

const text = { type: 'string' } as const;

const requirements = atomicList(
  'The selector, taken apart.',
  object(
    'One condition.',
    {
      key: string('The label or field.'),
      operator: string('How its value is compared: In, NotIn, Exists or DoesNotExist.'),
      values: atomicList('What it is compared with.', text),
    },
    { required: ['key', 'operator'] },
  ),
);

const selector = (description: string): StructuralSchema =>
  object(description, { rawSelector: string('The selector as a query has it.'), requirements });

const attributes = {
  resourceAttributes: object('Something done to a resource. Either this or nonResourceAttributes.', {
    namespace: string('Where; empty for all namespaces, and for cluster-scoped resources.'),
    verb: string('get, list, watch, create, update, patch, delete, deletecollection, or `*`.'),
    group: string('API group of the resource; `*` means all.'),
    version: string('API version of the resource; `*` means all.'),
    resource: string('The plural; `*` means all.'),
    subresource: string('The part of the object; empty for the object itself.'),
    name: string('Which object; empty for all.'),
    fieldSelector: selector('Only objects whose fields match.'),
    labelSelector: selector('Only objects whose labels match.'),
  }),
  nonResourceAttributes: object('Something done to a path that is no resource.', {
    path: string('The path.'),
    verb: string('The HTTP method in lower case.'),
  }),
};

const status = object(
  'The answer, filled in by the server.',
  {
    allowed: boolean('Yes, or no.'),
    denied: boolean('Somebody said no for good; without it, nobody said yes.'),
    reason: string('Why, where there is something to say.'),
    evaluationError: string('What went wrong while the answer was looked for.'),
  },
  { required: ['allowed'] },
);

const subject = {
  ...attributes,
  user: string('Who is asked about.'),
  groups: atomicList('Groups that the user is in.', text),
  uid: string('Identity of the user.'),
  extra: {
    type: 'object',
    description: 'What else authentication knows of the user.',
    additionalProperties: { type: 'array', items: text },
  } satisfies StructuralSchema,
};

const review = (
  kind: string,
  scope: KindDefinition['scope'],
  description: string,
  spec: Readonly<Record<string, StructuralSchema>>,
  answer: StructuralSchema = status,
): KindDefinition => ({
  ...AUTHORIZATION,
  kind,
  listKind: `${kind}List`,
  plural: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  scope,
  schema: {
    type: 'object',
    description,
    required: ['spec'],
    properties: { metadata: { type: 'object' }, spec: object('The question.', spec), status: answer },
  },
});

/** authorization.k8s.io/v1 SelfSubjectAccessReview: `kubectl auth can-i`. */
export const selfSubjectAccessReview = review(
  'SelfSubjectAccessReview',
  'Cluster',
  'Asks whether the one who asks may do something. Answered at once, kept nowhere.',
  attributes,
);

/** authorization.k8s.io/v1 SubjectAccessReview: what servers in front of other servers ask. */
export const subjectAccessReview = review(
  'SubjectAccessReview',
  'Cluster',
  'Asks whether a user may do something. Answered at once, kept nowhere.',
  subject,
);

/** authorization.k8s.io/v1 LocalSubjectAccessReview. */
export const localSubjectAccessReview = review(
  'LocalSubjectAccessReview',
  'Namespaced',
  'Asks whether a user may do something in one namespace. Answered at once, kept nowhere.',
  subject,
);

const rules = object(
  'The answer, filled in by the server.',
  {
    resourceRules: atomicList(
      'What may be done to resources, in no order.',
      object(
        'Verbs on resources.',
        {
          verbs: atomicList('The verbs; `*` means all.', text),
          apiGroups: atomicList('API groups of the resources; `*` means all.', text),
          resources: atomicList('Plurals, with subresources behind a slash; `*` means all.', text),
          resourceNames: atomicList('Only these objects; none: all.', text),
        },
        { required: ['verbs'] },
      ),
    ),
    nonResourceRules: atomicList(
      'What may be done to paths that are no resources, in no order.',
      object(
        'Methods on paths.',
        {
          verbs: atomicList('The methods in lower case; `*` means all.', text),
          nonResourceURLs: atomicList('The paths; a `*` at the end stands for anything.', text),
        },
        { required: ['verbs'] },
      ),
    ),
    incomplete: boolean('There may be more than this.'),
    evaluationError: string('What went wrong while the answer was looked for.'),
  },
  { required: ['resourceRules', 'nonResourceRules', 'incomplete'] },
);

/** authorization.k8s.io/v1 SelfSubjectRulesReview: `kubectl auth can-i --list`. */
export const selfSubjectRulesReview = review(
  'SelfSubjectRulesReview',
  'Cluster',
  'Asks for all that the one who asks may do in a namespace. Answered at once, kept nowhere.',
  { namespace: string('The namespace.') },
  rules,
);
