import type { Build, Container, Image } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { wantedNetworks } from '../../schemas/values/container-networks.ts';
import { configMapNames, secretNames, volumeNames } from '../../schemas/values/container-references.ts';
import { revisionsInUse, specOfRevision } from '../../schemas/values/container-revisions.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { BUILD, IMAGE, implicitName, normalized, referenceIndex, resultsOf } from './image-source.ts';
import { revisionOwners } from './rollout/record.ts';
import { REVISION } from './rollout/revision.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

type Wish = Pick<Container, 'spec'>;

/** What a spec refers to by name, one index for each kind. */
const REFERENCES = {
  image: imageNames,
  volume: ({ spec }: Wish) => volumeNames(spec),
  network: ({ spec }: Wish) => wantedNetworks(spec),
  configMap: ({ spec }: Wish) => configMapNames(spec),
  secret: ({ spec }: Wish) => secretNames(spec),
} as const;

type Index = keyof typeof REFERENCES;

export const referenceIndexes: Readonly<Record<Index, (container: Container) => readonly string[]>> = REFERENCES;

/** Specs of former times, with what they refer to: a Container may run one of them while its own spec is another. */
export const watchedRevisions: WatchedKind = {
  kind: REVISION,
  map: containersOfRevision,
  indexes: {
    owner: revisionOwners,
    ...Object.fromEntries(
      Object.entries(REFERENCES).map(([name, references]) => [
        name,
        (revision: KubeObject): readonly string[] => {
          const spec = specOfRevision(revision);
          return spec === undefined ? [] : references({ spec });
        },
      ]),
    ),
  },
};

/** Containers that refer by name to an object of their namespace. */
export const usersByName = (apiVersion: string, kind: string, index: Exclude<Index, 'image'>): WatchedKind => ({
  kind: { apiVersion, kind },
  map: ({ metadata: { namespace = '', name } }, reader) => usersOf(namespace, index, [name], reader),
});

export const usersOfImages: WatchedKind = {
  kind: IMAGE,
  indexes: { reference: referencesOf },
  map: usersOfSource,
};

/** While one is built its status changes all the time; whom it has given a result, that does not concern. */
export const usersOfBuilds: WatchedKind = {
  kind: BUILD,
  indexes: { reference: referencesOf },
  map(object, reader, previous) {
    const { namespace = '', name } = object.metadata;
    const isThere = reader.get(BUILD, namespace, name) !== undefined;
    const isSame = previous !== undefined && givenBy(previous as Build) === givenBy(object as Build);
    return isThere && isSame ? [] : usersOfSource(object, reader, previous);
  },
};

/** By name, and by its reference of now and before. */
function usersOfSource(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const { namespace = '', name } = object.metadata;
  const all = previous === undefined ? [object] : [object, previous];
  const references = new Set(all.flatMap(referencesOf).map((reference) => `reference:${reference}`));
  return usersOf(namespace, 'image', [`${object.kind}:${name}`, ...references], reader);
}

function referencesOf(object: KubeObject): readonly string[] {
  return referenceIndex(object as Image | Build);
}

/** What of a Build Containers see. */
function givenBy({ metadata, spec, status }: Build): string {
  const { deletionTimestamp, uid } = metadata;
  const results = resultsOf({ status } as Build);
  const told = results.length > 0 ? [] : [status?.lastBuild, status?.conditions];
  return JSON.stringify([uid, deletionTimestamp, spec.reference, status?.reference, results, told]);
}

/** By their specs of now, and by those of former times that they may run at present. */
function usersOf(namespace: string, index: Index, values: readonly string[], reader: Reader): readonly Key[] {
  const queries = values.map((value) => ({ namespace, index: { name: index, value } }));
  const present = queries.flatMap((query) => reader.list<Container>(CONTAINER, query)).map(keyOf);
  const former = queries
    .flatMap((query) => reader.list(REVISION, query))
    .flatMap((revision) => runningKeys(revision, reader));
  return [...new Set([...present, ...former])];
}

/** Images and Builds that a Container may follow: the one it names, the Image made for it, and any with its reference. */
function imageNames({ spec }: Wish): readonly string[] {
  const { image, imageFrom } = spec;
  if (imageFrom !== undefined) return [`${imageFrom.kind ?? 'Image'}:${imageFrom.name}`];
  try {
    return [`Image:${implicitName({ spec })}`, `reference:${normalized(image ?? '')}`];
  } catch {
    return [];
  }
}

/** One that was changed, or is gone, is written down again. */
function containersOfRevision(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined) return [];
  return ownersOf(object, reader).map(keyOf);
}

/** Keys of the Containers that may run this revision at present, though their spec may be another one. */
const runningKeys = (revision: KubeObject, reader: Reader): readonly Key[] =>
  ownersOf(revision, reader)
    .filter(({ status }) => revisionsInUse(status).includes(revision.metadata.name))
    .map(keyOf);

const ownersOf = (revision: KubeObject, reader: Reader): readonly Container[] =>
  revisionOwners(revision).flatMap((value) => reader.list<Container>(CONTAINER, { index: { name: 'uid', value } }));
