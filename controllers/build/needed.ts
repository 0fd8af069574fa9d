/** Results that Containers run or may go back to: they stay, whatever the limit of the history is. */
import type { Build, Container, ControllerRevision } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { resultOfRevision, revisionOwner, revisionsInUse } from '../../schemas/values/container-revisions.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { BUILD } from './names.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

/** Digests of the manifests that it keeps; an index of Builds. */
export const keptResults = ({ status }: Build): readonly string[] =>
  (status?.history ?? []).flatMap(({ manifestDigest }) => manifestDigest ?? []);

/** Whether a result, by the digest of its manifest, is what a Container of the namespace may need. */
export function isNeeded({ metadata: { namespace = '' } }: Build, manifestDigest: string, reader: Reader): boolean {
  const query = { namespace, index: { name: 'result', value: manifestDigest } };
  return reader.list<ControllerRevision>(REVISION, query).some((revision) => {
    const owner = revisionOwner(revision);
    const user = owner && reader.get<Container>(CONTAINER, namespace, owner.name);
    return (
      user !== undefined &&
      user.metadata.uid === owner?.uid &&
      revisionsInUse(user.status).includes(revision.metadata.name)
    );
  });
}

/** Whoever lets go of a result may be the last one. */
export const neededWatches: readonly WatchedKind[] = [
  {
    kind: REVISION,
    indexes: { result: (revision) => [resultOfRevision(revision)].filter((result) => result !== undefined) },
    map(revision, reader) {
      const { namespace = '', name } = revision.metadata;
      return reader.get(REVISION, namespace, name) === undefined ? buildsThatKeep(revision, reader) : [];
    },
  },
  { kind: CONTAINER, map: buildsOfContainer },
];

function buildsOfContainer(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined) return [];
  const { namespace = '', name, uid } = object.metadata;
  const isThere = reader.get(CONTAINER, namespace, name)?.metadata.uid === uid;
  const needs = isThere ? revisionsInUse((object as Container).status) : [];
  return revisionsInUse((previous as Container).status)
    .filter((revision) => !needs.includes(revision))
    .flatMap((revision) => reader.get(REVISION, namespace, revision) ?? [])
    .flatMap((revision) => buildsThatKeep(revision, reader));
}

function buildsThatKeep(revision: KubeObject, reader: Reader): readonly Key[] {
  const value = resultOfRevision(revision);
  if (value === undefined) return [];
  const { namespace = '' } = revision.metadata;
  return reader.list<Build>(BUILD, { namespace, index: { name: 'result', value } }).map(keyOf);
}
