import { forbidden, StatusError, failure } from '../status-error.ts';
import type { RequestAttributes, UserInfo } from './attributes.ts';
import { AUTHENTICATED, MASTERS } from './authenticate.ts';
import { allows, type Rules } from './rules.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason?: string };

/** May this user do this? Later: RBAC. */
export interface Authorizer {
  authorize(attributes: RequestAttributes): Decision | Promise<Decision>;
  /**
   * All that the user may do in a namespace, for SelfSubjectRulesReview. It must agree with `authorize`. Absent: the
   * authorizer cannot tell, and the review says that its answer is incomplete.
   */
  rulesFor?(user: UserInfo, namespace: string): Rules | Promise<Rules>;
}

/** What a real cluster lets everybody do who has a name: system:basic-user, system:discovery, system:public-info-viewer. */
const EVERYBODY: Pick<Rules, 'resourceRules' | 'nonResourceRules'> = {
  resourceRules: [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ],
  nonResourceRules: [
    {
      verbs: ['get'],
      // prettier-ignore
      nonResourceURLs: [
        '/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/',
      ],
    },
  ],
};

const EVERYTHING: Pick<Rules, 'resourceRules' | 'nonResourceRules'> = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

/** The only policy of now: members of system:masters may do everything, other users look at the server and at themselves. */
export function createAdminAuthorizer(): Authorizer {
  const rulesFor = ({ groups }: UserInfo): Rules => {
    const granted = [
      ...(groups.includes(MASTERS) ? [EVERYTHING] : []),
      ...(groups.includes(AUTHENTICATED) ? [EVERYBODY] : []),
    ];
    return {
      resourceRules: granted.flatMap(({ resourceRules }) => resourceRules),
      nonResourceRules: granted.flatMap(({ nonResourceRules }) => nonResourceRules),
      incomplete: false,
    };
  };
  return {
    rulesFor,
    authorize: (attributes) => ({
      allowed: attributes.user.groups.includes(MASTERS) || allows(rulesFor(attributes.user), attributes),
    }),
  };
}

/** The 403 of a real server, word for word. */
export function denied(attributes: RequestAttributes, reason: string | undefined): StatusError {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const because = reason === undefined || reason === '' ? '' : `: ${reason}`;
  if (resource === '') {
    const message = `forbidden: User "${user.name}" cannot ${verb} path "${path}"${because}`;
    return new StatusError(failure(403, 'Forbidden', message, {}));
  }
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${because}`;
  return forbidden({ group, plural: resource }, name, why);
}
