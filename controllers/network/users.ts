import type { Container, Namespace, Network } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { DEFAULT_NETWORK, hasDefaultNetwork, wantedNetworks } from '../../schemas/values/container-networks.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { objectKey } from '../engine/keys.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/** Networks that a Container is in. */
export const attachedNetworks = ({ status }: Container): readonly string[] =>
  (status?.networks ?? []).flatMap(({ name = '' }) => (name === '' ? [] : [name]));

const concerned = (container: Container): readonly string[] => [
  ...new Set([...wantedNetworks(container.spec), ...attachedNetworks(container)]),
];

/** Containers wake the networks that they come to, go from, or stop wanting. */
export const watchedContainers: WatchedKind = {
  kind: CONTAINER,
  map: networksToLookAt,
  indexes: { network: (container) => concerned(container as Container) },
};

/** The namespace says whether there is a default network. */
export const watchedNamespaces: WatchedKind = {
  kind: NAMESPACE,
  map: ({ metadata }, _reader, previous) => (previous === undefined ? [] : [objectKey(metadata.name, DEFAULT_NETWORK)]),
};

function networksToLookAt(object: KubeObject, reader: Reader, previous?: KubeObject): Key[] {
  if (previous === undefined) return [];
  const [now, before] = [object as Container, previous as Container];
  const { namespace = '', name, uid, generation } = now.metadata;
  const isThere = reader.get<Container>(CONTAINER, namespace, name)?.metadata.uid === uid;
  const same = attachedNetworks(now).join() === attachedNetworks(before).join();
  if (isThere && same && generation === before.metadata.generation) return [];
  return [...new Set([...concerned(now), ...concerned(before)])].map((network) => objectKey(namespace, network));
}

export function isAttached({ metadata: { namespace = '', name } }: Network, reader: Reader): boolean {
  return containersOf(namespace, name, reader).some((container) => attachedNetworks(container).includes(name));
}

/** Names of Containers that are in it or want to be, those that are being deleted included. */
export function usersOf({ metadata: { namespace = '', name } }: Network, reader: Reader): readonly string[] {
  const found = reader.get<Namespace>(NAMESPACE, undefined, namespace);
  const unasked = found !== undefined && hasDefaultNetwork(found);
  const uses = (container: Container): boolean =>
    attachedNetworks(container).includes(name) || unasked || (container.spec.networks ?? []).length > 0;
  return containersOf(namespace, name, reader)
    .filter(uses)
    .map(({ metadata }) => metadata.name)
    .toSorted();
}

const containersOf = (namespace: string, name: string, reader: Reader): readonly Container[] =>
  reader.list<Container>(CONTAINER, { namespace, index: { name: 'network', value: name } });
