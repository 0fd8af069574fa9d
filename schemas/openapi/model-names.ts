/** Names of schemas in OpenAPI documents, as Kubernetes makes them. */
import type { KindDefinition } from '../kind-definition.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions';

/** Name of one of meta/v1's types: `ObjectMeta`, `ListMeta`, `Status`, `DeleteOptions`, `Patch`. */
export const metaName = (type: string): string => `${META}.${type}`;

/**
 * `io.k8s.api.core.v1.ConfigMap` for Kubernetes' own kinds, the group backwards for all others:
 * `dev.tsmoby.v1alpha1.Container`.
 */
export function modelName({ group, version, kind }: Pick<KindDefinition, 'group' | 'version' | 'kind'>): string {
  const [first = '', ...rest] = group.split('.');
  if (group === 'apiextensions.k8s.io') return `${EXTENSIONS}.${version}.${kind}`;
  const isKubernetes = group === '' || rest.join('.') === 'k8s.io' || rest.length === 0;
  const prefix = isKubernetes ? `io.k8s.api.${first || 'core'}` : [...rest.toReversed(), first].join('.');
  return `${prefix}.${version}.${kind}`;
}
