/** May somebody do something: the authorizer's own decision, put into a review's words. */
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  subjectAccessReview,
} from '../../schemas/definitions/access-reviews.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { JsonObject, KubeObject, ObjectMeta } from '../../schemas/object.ts';
import { invalid, type FieldIssue } from '../../schemas/structural/issue.ts';
import type { RequestAttributes, UserInfo } from '../pipeline/attributes.ts';
import type { Authorizer } from '../pipeline/authorize.ts';
import type { ServedResource } from '../registry/resource.ts';
import { requireValid, reviewResource } from './review-resource.ts';

interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface Spec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const specOf = (object: KubeObject): Spec => (object as KubeObject & { readonly spec?: Spec }).spec ?? {};

/** The three reviews of one access. */
export function accessReviews(authorizer: Authorizer): readonly ServedResource[] {
  const review = (
    definition: KindDefinition,
    userOf: (spec: Spec, caller: UserInfo) => UserInfo,
    check: (spec: Spec, namespace: string) => readonly FieldIssue[],
  ): ServedResource =>
    reviewResource(definition, async (asked, { attributes }) => {
      const spec = specOf(asked);
      const { namespace } = attributes;
      requireValid(definition, [
        ...attributeIssues(spec),
        ...check(spec, namespace),
        ...metadataIssues(asked, namespace),
      ]);
      const decision = await authorizer.authorize(attributesOf(spec, userOf(spec, attributes.user)));
      const reason = decision.allowed ? undefined : decision.reason;
      const status = { allowed: decision.allowed, ...(reason === undefined ? {} : { reason }) };
      return { metadata: asked.metadata as unknown as JsonObject, spec: spec as JsonObject, status };
    });
  return [
    review(
      selfSubjectAccessReview,
      (_spec, caller) => caller,
      () => [],
    ),
    review(subjectAccessReview, subjectOf, subjectIssues),
    review(localSubjectAccessReview, subjectOf, (spec, namespace) => [
      ...subjectIssues(spec),
      ...localIssues(spec, namespace),
    ]),
  ];
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: Spec, user: UserInfo): RequestAttributes {
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '', verb: '' };
  if (resourceAttributes === undefined) return { ...none, ...nonResourceAttributes, user };
  const { verb, group, version, resource, subresource, namespace, name } = { ...none, ...resourceAttributes };
  return { user, verb, group, version, resource, subresource, namespace, name, path: '' };
}

const subjectOf = ({ user = '', groups = [], uid, extra }: Spec): UserInfo => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra }),
});

function attributeIssues({ resourceAttributes, nonResourceAttributes }: Spec): readonly FieldIssue[] {
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalid('spec.resourceAttributes', null, why)];
  }
  if (resourceAttributes === undefined || nonResourceAttributes === undefined) return [];
  const why = 'cannot be specified in combination with resourceAttributes';
  return [invalid('spec.nonResourceAttributes', nonResourceAttributes, why)];
}

const subjectIssues = ({ user = '', groups = [] }: Spec): readonly FieldIssue[] =>
  user === '' && groups.length === 0
    ? [invalid('spec.user', '', 'at least one of user or group must be specified')]
    : [];

function localIssues({ resourceAttributes, nonResourceAttributes }: Spec, namespace: string): readonly FieldIssue[] {
  const asked = resourceAttributes?.namespace ?? '';
  return [
    ...(resourceAttributes !== undefined && asked !== namespace
      ? [invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]
      : []),
    ...(nonResourceAttributes === undefined
      ? []
      : [invalid('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request')]),
  ];
}

/** A review is no object: it has no name, and no metadata but the namespace that it is about. */
function metadataIssues({ metadata }: KubeObject, namespace: string): readonly FieldIssue[] {
  const { namespace: named = '', managedFields: _, creationTimestamp: __, ...rest } = metadata as Partial<ObjectMeta>;
  if (Object.keys(rest).length > 0) return [invalid('metadata', rest as JsonObject, 'must be empty')];
  return named === '' || named === namespace
    ? []
    : [invalid('metadata.namespace', named, 'must be the one of the URL')];
}
