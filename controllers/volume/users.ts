import type { Container, Volume } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { volumeNames } from '../../schemas/values/container-references.ts';
import { revisionOwner, revisionsInUse, specOfRevision } from '../../schemas/values/container-revisions.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { objectKey } from '../engine/keys.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

/** Containers wake the Volumes that they mount, come to mount, or no longer need. */
export const watchedContainers: WatchedKind = {
  kind: CONTAINER,
  map: volumesToLookAt,
  indexes: { volume: (container) => volumeNames((container as Container).spec) },
};

/** Specs of former times: a Container may run one of them, or go back to it. One that is gone needs its Volumes no more. */
export const watchedRevisions: WatchedKind = {
  kind: REVISION,
  map: (revision, _reader, previous) =>
    previous === undefined ? [] : keysOf(revision.metadata.namespace, volumesOf(revision)),
  indexes: {
    volume: volumesOf,
    owner: (revision) => [revisionOwner(revision)?.uid ?? []].flat(),
  },
};

/** Containers that mount it, by their spec of now or by one that they may run; those that are being deleted included: they still hold it. */
export function usersOf({ metadata: { namespace = '', name } }: Volume, reader: Reader): readonly Container[] {
  const query = { namespace, index: { name: 'volume', value: name } };
  const former = reader.list(REVISION, query).flatMap((revision) => userOf(revision, reader));
  const all = [...reader.list<Container>(CONTAINER, query), ...former];
  return [...new Map(all.map((user) => [user.metadata.uid, user])).values()];
}

function userOf(revision: KubeObject, reader: Reader): readonly Container[] {
  const { namespace = '', name } = revision.metadata;
  const owner = revisionOwner(revision);
  const found = owner && reader.get<Container>(CONTAINER, namespace, owner.name);
  if (found === undefined || found.metadata.uid !== owner?.uid) return [];
  return revisionsInUse(found.status).includes(name) ? [found] : [];
}

/** A user that goes may be the last; one that starts may have filled it from its image; one that has changed may need it no more. */
function volumesToLookAt(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined) return [];
  const [now, before] = [object as Container, previous as Container];
  const { namespace = '', name, uid } = now.metadata;
  const isThere = reader.get<Container>(CONTAINER, namespace, name)?.metadata.uid === uid;
  if (isThere && whatTells(now) === whatTells(before)) return [];
  const former = reader.list(REVISION, { namespace, index: { name: 'owner', value: uid } });
  const names = [...[now, before].flatMap(({ spec }) => volumeNames(spec)), ...former.flatMap(volumesOf)];
  return keysOf(namespace, names);
}

const whatTells = ({ metadata, status }: Container): string =>
  [metadata.generation, status?.pid, ...revisionsInUse(status)].join();

function volumesOf(revision: KubeObject): readonly string[] {
  const spec = specOfRevision(revision);
  return spec === undefined ? [] : volumeNames(spec);
}

const keysOf = (namespace: string | undefined, names: readonly string[]): readonly Key[] =>
  [...new Set(names)].map((name) => objectKey(namespace, name));
