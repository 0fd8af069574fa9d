/** Acting as somebody else (`kubectl --as`): who may impersonate a user, and each of the groups, gets that one's rights. */
import { badRequest } from '../status-error.ts';
import type { RequestAttributes, UserInfo } from './attributes.ts';
import { AUTHENTICATED } from './authenticate.ts';
import { denied, type Authorizer } from './authorize.ts';

/** What the `Impersonate-…` headers of a request ask for; empty parts where they ask for nothing. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

interface Part {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
}

const AUTHENTICATION_GROUP = 'authentication.k8s.io';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * The user that the request is then made as. Throws Forbidden for the first part that `user` may not take on, BadRequest
 * when there are parts and no user.
 */
export async function impersonate(user: UserInfo, wish: Impersonation, authorizer: Authorizer): Promise<UserInfo> {
  if (wish.user === '') throw badRequest('requested groups, uid or extra without impersonating a user');
  for (const part of partsOf(wish)) {
    const attributes: RequestAttributes = {
      user,
      verb: 'impersonate',
      version: part.group === '' ? 'v1' : '',
      subresource: '',
      namespace: '',
      path: '',
      ...part,
    };
    const decision = await authorizer.authorize(attributes);
    if (!decision.allowed) throw denied(attributes, decision.reason);
  }
  const groups = wish.groups.includes(AUTHENTICATED) ? wish.groups : [...wish.groups, AUTHENTICATED];
  return {
    name: wish.user,
    groups: [...serviceAccountGroups(wish), ...groups],
    ...(wish.uid === '' ? {} : { uid: wish.uid }),
    ...(Object.keys(wish.extra).length === 0 ? {} : { extra: wish.extra }),
  };
}

function* partsOf({ user, groups, uid, extra }: Impersonation): Iterable<Part> {
  const [, namespace, account] = SERVICE_ACCOUNT.exec(user) ?? [];
  if (namespace !== undefined && account !== undefined) {
    yield { group: '', resource: 'serviceaccounts', namespace, name: account };
  } else yield { group: '', resource: 'users', name: user };
  for (const name of groups) yield { group: '', resource: 'groups', name };
  if (uid !== '') yield { group: AUTHENTICATION_GROUP, resource: 'uids', name: uid };
  for (const [key, values] of Object.entries(extra)) {
    for (const name of values) yield { group: AUTHENTICATION_GROUP, resource: 'userextras', subresource: key, name };
  }
}

/** Service accounts are in their groups when nobody says otherwise. */
function serviceAccountGroups({ user, groups }: Impersonation): readonly string[] {
  const namespace = SERVICE_ACCOUNT.exec(user)?.[1];
  if (namespace === undefined || groups.length > 0) return [];
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
