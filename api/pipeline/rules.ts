/** Rules about who may do what, as RBAC writes them, and what they say about a request. */
import type { RequestAttributes } from './attributes.ts';

/** Verbs on resources. `resources` are plurals, or a plural, a slash and a subresource; `*` is any of each. */
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only objects of these names; absent: all. */
  readonly resourceNames?: readonly string[];
}

/** HTTP methods, in lower case, on paths that are no resources; a `*` at the end of a path is anything. */
export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** All that somebody may do. */
export interface Rules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  /** There may be more. */
  readonly incomplete: boolean;
}

/** Whether one of the rules allows the request. */
export function allows(rules: Rules, attributes: RequestAttributes): boolean {
  return attributes.resource === ''
    ? rules.nonResourceRules.some((rule) => allowsPath(rule, attributes))
    : rules.resourceRules.some((rule) => allowsResource(rule, attributes));
}

function allowsPath({ verbs, nonResourceURLs }: NonResourceRule, { verb, path }: RequestAttributes): boolean {
  return has(verbs, verb) && nonResourceURLs.some((url) => matchesPath(url, path));
}

const matchesPath = (url: string, path: string): boolean =>
  url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path;

function allowsResource(
  { verbs, apiGroups, resources, resourceNames = [] }: ResourceRule,
  { verb, group, resource, subresource, name }: RequestAttributes,
): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    has(verbs, verb) &&
    has(apiGroups, group) &&
    (has(resources, whole) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
