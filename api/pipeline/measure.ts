import type { Metrics } from '../metrics.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestAttributes } from './attributes.ts';

const VERBS: ReadonlySet<string> = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]);

/**
 * Counts a request under the names that Kubernetes' own dashboards know. Labels come from closed sets only: what a
 * client made up counts as `other` or nothing.
 */
export function measure(
  { metrics, registry }: { readonly metrics: Metrics; readonly registry: Registry },
  attributes: RequestAttributes,
  code: number,
  seconds: number,
): void {
  const { group, version, resource } = attributes;
  const served = resource !== '' && registry.find(group, version, resource) !== undefined;
  const verb = VERBS.has(attributes.verb) ? attributes.verb : 'other';
  const labels = served ? { verb, group, resource } : { verb, group: '', resource: '' };
  metrics.count('apiserver_request_total', { ...labels, code: String(code) });
  // how long a watch ran says nothing about the server
  if (verb !== 'watch') metrics.observe('apiserver_request_duration_seconds', labels, seconds);
}
