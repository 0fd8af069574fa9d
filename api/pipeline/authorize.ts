import { forbidden, StatusError, failure } from '../status-error.ts';
import type { RequestAttributes } from './attributes.ts';
import { MASTERS } from './authenticate.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason?: string };

/** May this user do this? Later: RBAC. */
export interface Authorizer {
  authorize(attributes: RequestAttributes): Decision | Promise<Decision>;
}

/** The only policy of now: members of system:masters may do everything, nobody else anything. */
export function createAdminAuthorizer(): Authorizer {
  return {
    authorize: ({ user }) => (user.groups.includes(MASTERS) ? { allowed: true } : { allowed: false }),
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
