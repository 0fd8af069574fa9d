/**
 * core/v1 Pods as a view of Containers: one more face of the same stored objects, for programs that know nothing but Pods
 * (`kubectl logs`, `exec`, `cp`; stern, k9s). It is read only; there is nothing behind it but the Container.
 *
 * A Container that a Pod owns (one of a stored Pod, when there are such) is seen as part of that Pod, and not as another one.
 */
import type { KubeObject, ObjectMeta, OwnerReference } from '../../schemas/object.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { podUidOf } from '../../schemas/values/pod-uid.ts';
import type { View } from '../registry/conversion.ts';
import { podSpecOf } from './pod-spec.ts';
import { podStatusOf } from './pod-status.ts';

/** What clients keep for themselves on the Container, and would take for their own on the Pod. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export const podView: View = {
  fromStored: (stored) => podOf(stored as Container),
  shows: ({ ownerUids }, stored) => ownerUids.length === 0 || !(stored().metadata.ownerReferences ?? []).some(isPod),
};

/** The Pod that a Container is seen as. */
export function podOf(container: Container): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(container),
    spec: podSpecOf(container),
    status: podStatusOf(container),
  } as KubeObject;
}

const isPod = ({ apiVersion, kind }: OwnerReference): boolean => apiVersion === 'v1' && kind === 'Pod';

/** A Pod of its own, whose controller is the Container. Finalizers and managed fields are those of the Container alone. */
function metadataOf({ apiVersion, kind, metadata }: Container): ObjectMeta {
  const { name, uid, annotations = {}, managedFields: _managed, finalizers: _finalizers, ...rest } = metadata;
  const { [LAST_APPLIED]: _applied, ...shown } = annotations;
  return {
    ...rest,
    name,
    uid: podUidOf(uid),
    ...(Object.keys(shown).length > 0 ? { annotations: shown } : {}),
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false }],
  };
}
