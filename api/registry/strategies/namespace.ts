import type { KubeObject } from '../../../schemas/object.ts';
import type { Namespace } from '../../../schemas/gen/types.ts';
import { checkDnsLabel } from '../../../schemas/values/names.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Made at start, and never to be deleted. */
export const PROTECTED_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** The label by which selectors find a namespace is the server's. */
function withNameLabel(object: KubeObject): KubeObject {
  const { metadata } = object;
  if (metadata.labels?.[NAME_LABEL] === metadata.name || metadata.name === '') return object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } } };
}

/**
 * core/v1 Namespace: held by its own `spec.finalizers` while the namespace controller empties it; they leave through
 * the `finalize` subresource only.
 */
export const namespaceStrategy: Strategy = {
  ...builtinStrategy,
  checkName: checkDnsLabel,
  prepareForCreate(object) {
    const spec = (object as Namespace).spec ?? {};
    const finalizers = [...new Set([...(spec.finalizers ?? []), 'kubernetes'])];
    return withNameLabel({ ...object, spec: { ...spec, finalizers }, status: { phase: 'Active' } } as KubeObject);
  },
  prepareForUpdate: (next, current) => {
    const { spec: _asked, ...rest } = next as Namespace;
    const { spec } = current as Namespace;
    return withNameLabel((spec === undefined ? rest : { ...rest, spec }) as KubeObject);
  },
  refuseDelete: (name) => (PROTECTED_NAMESPACES.includes(name) ? 'this namespace may not be deleted' : undefined),
  prepareForDelete: (object) =>
    ({ ...object, status: { ...(object as Namespace).status, phase: 'Terminating' } }) as KubeObject,
  isHeld: (object) => ((object as Namespace).spec?.finalizers ?? []).length > 0,
};
