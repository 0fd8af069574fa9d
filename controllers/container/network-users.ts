import type { Container } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Key, Reader } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { DEFAULT_NETWORK } from '../../schemas/values/container-networks.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/** Containers that share the network of this one, when it came, went, runs anew or serves from another sandbox. */
export function sharersOf(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const { metadata } = object;
  if (previous !== undefined && sandboxText(object) === sandboxText(previous)) return [];
  const { namespace = '', name } = metadata;
  return reader.list<Container>(CONTAINER, { namespace, index: { name: 'shares', value: name } }).map(keyOf);
}

function sandboxText(object: KubeObject): string {
  const { metadata, status } = object as Container;
  const interfaces = (status?.networks ?? []).map(({ mac }) => mac);
  // After a boot of the machine the sandbox is made again as it was: that it is there shows only by what runs in it.
  const run = status?.state?.running?.startedAt;
  return [metadata.uid, metadata.deletionTimestamp, status?.sandboxGeneration ?? 0, run, ...interfaces].join(' ');
}

/** Containers that have the network of their namespace, when the namespace begins or ends to have one. */
export function usersOfDefaultNetwork(namespace: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const annotation = ({ metadata }: KubeObject): string => JSON.stringify(metadata.annotations ?? {});
  if (previous !== undefined && annotation(namespace) === annotation(previous)) return [];
  const query = { namespace: namespace.metadata.name, index: { name: 'network', value: DEFAULT_NETWORK } };
  return reader
    .list<Container>(CONTAINER, query)
    .filter(({ spec: { networks = [] } }) => networks.length === 0)
    .map(keyOf);
}
