/**
 * The default network: in every namespace there is a Network `default`, which Containers are in that name none. It is made when the namespace is, and
 * again when it was deleted; not in a namespace that is being deleted or has the annotation `tsmoby.dev/default-network: disabled`. With that
 * annotation it goes, if it was made here and no container is in it.
 */
import { isReason } from '../../client/client.ts';
import type { Container, Namespace, Network } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { DEFAULT_NETWORK, DEFAULT_NETWORK_LABEL, hasDefaultNetwork } from '../../schemas/values/container-networks.ts';
import { settled, type Controller, type Key, type Reader, type ReconcileContext } from '../engine/contract.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const NETWORK = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Network' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

type Context = ReconcileContext<NonNullable<Namespace['status']>>;

/** Runs under the manager as user `system:controller:default-network`. */
export function defaultNetworkController(): Controller<Namespace, NonNullable<Namespace['status']>> {
  return {
    name: 'default-network',
    kind: NAMESPACE,
    outcomeConditions: false,
    watches: [
      { kind: NETWORK, map: ({ metadata }) => (metadata.name === DEFAULT_NETWORK ? [metadata.namespace ?? ''] : []) },
      { kind: CONTAINER, map: namespaceOfLeaver },
    ],
    async reconcile(namespace, context) {
      const { name } = namespace.metadata;
      const network = context.reader.get<Network>(NETWORK, name, DEFAULT_NETWORK);
      if (hasDefaultNetwork(namespace)) {
        if (network === undefined) await create(name, context);
      } else if (network !== undefined && isLeft(network, context.reader)) {
        await remove(network, context);
      }
      return settled();
    },
  };
}

async function create(namespace: string, { client, signal }: Context): Promise<void> {
  const metadata = { name: DEFAULT_NETWORK, namespace, labels: { [DEFAULT_NETWORK_LABEL]: 'true' } };
  try {
    await client.create<KubeObject>({ ...NETWORK, metadata, spec: {} } as never, { signal });
  } catch (error) {
    // Forbidden: the namespace is being deleted, which our cache will show.
    if (!isReason(error, 'AlreadyExists') && !isReason(error, 'Forbidden')) throw error;
  }
}

async function remove({ metadata }: Network, { client, signal }: Context): Promise<void> {
  const { uid, namespace = '', name } = metadata;
  try {
    await client.delete({ ...NETWORK, namespace, name }, { preconditions: { uid }, signal });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

/** Made here, and nobody is in it. */
function isLeft({ metadata: { labels, deletionTimestamp, namespace = '' } }: Network, reader: Reader): boolean {
  if (labels?.[DEFAULT_NETWORK_LABEL] !== 'true' || deletionTimestamp !== undefined) return false;
  return !reader.list<Container>(CONTAINER, { namespace }).some(isIn);
}

/** It is in the default network, or names it. */
const isIn = ({ spec, status }: Container): boolean =>
  [...(status?.networks ?? []), ...(spec.networks ?? [])].some(({ name }) => name === DEFAULT_NETWORK);

/** A Container that was in the default network and is no more may have been the last one. */
function namespaceOfLeaver(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined || !isIn(previous as Container)) return [];
  const { namespace = '', name, uid } = object.metadata;
  const isThere = reader.get<Container>(CONTAINER, namespace, name)?.metadata.uid === uid;
  return isThere && isIn(object as Container) ? [] : [namespace];
}
