/** Which objects a Build has to do with, and when a change of one of them concerns it. */
import type { Build, Builder, Image } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import { SYSTEM_NAMESPACE } from '../../schemas/values/builder-endpoint.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { builderName } from './builder.ts';
import { BUILD, BUILDER, CONFIG_MAP, IMAGE, SECRET } from './names.ts';
import { keptResults, neededWatches } from './needed.ts';
import { contextObjects, pushIndex } from './neighbours.ts';
import { configMapNames, fullReferences, secretNames } from './references.ts';

type Index = (build: Build) => readonly string[];

/** Of Builds. */
export const indexes = {
  secret: secretNames,
  configMap: configMapNames,
  builder: (build) => [builderName(build)],
  /** The record whose content is in use. */
  record: ({ status }) => (status?.recordName === undefined ? [] : [status.recordName]),
  /** What the namespace calls the result. */
  reference: ({ spec }) => fullReferences([spec.reference]),
  /** What it is built from, as far as is known. */
  base: ({ status }) => (status?.bases ?? []).flatMap(({ reference }) => reference ?? []),
  object: contextObjects,
  push: pushIndex,
  result: keptResults,
} as const satisfies Readonly<Record<string, Index>>;

type IndexName = keyof typeof indexes;

const keysUnder = (reader: Reader, namespace: string | undefined, name: IndexName, value: string): readonly Key[] =>
  reader.list<Build>(BUILD, { ...(namespace && { namespace }), index: { name, value } }).map(keyOf);

export const watches: readonly WatchedKind[] = [
  ...neededWatches,
  { kind: SECRET, map: buildsWithSecret },
  {
    kind: CONFIG_MAP,
    map: ({ metadata }, reader) => keysUnder(reader, metadata.namespace, 'configMap', metadata.name),
  },
  { kind: BUILDER, map: buildsOfBuilder },
  {
    kind: IMAGE,
    map: buildsFrom,
    indexes: { reference: (image) => fullReferences([(image as Image).spec.reference]) },
  },
  {
    kind: BUILD,
    map: (build, reader, previous) => [
      ...buildsFrom(build, reader, previous),
      ...buildsThatPush(build, reader, previous),
    ],
  },
];

function buildsWithSecret({ metadata }: KubeObject, reader: Reader): readonly Key[] {
  const builds = keysUnder(reader, metadata.namespace, 'secret', metadata.name);
  if (metadata.namespace !== SYSTEM_NAMESPACE) return builds;
  const builders = reader.list<Builder>(BUILDER).filter(({ spec }) => spec.tls?.secretRef.name === metadata.name);
  return [...builds, ...builders.flatMap((builder) => keysUnder(reader, undefined, 'builder', builder.metadata.name))];
}

/** How full its cache is, and what it is doing, is nobody's business. */
function buildsOfBuilder(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous !== undefined && whatCounts(object as Builder) === whatCounts(previous as Builder)) return [];
  return keysUnder(reader, undefined, 'builder', object.metadata.name);
}

function whatCounts({ metadata, spec, status }: Builder): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const { endpoint, version } = status ?? {};
  return canonicalJson([
    metadata.uid,
    metadata.deletionTimestamp,
    spec,
    endpoint,
    version,
    ready?.status,
    ready?.reason,
    ready?.lastTransitionTime,
  ]);
}

/** Its content, or what it is called, may be another one now. */
function buildsFrom(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const [now, before] = [object as Build | Image, previous as Build | Image | undefined];
  const { namespace, name } = object.metadata;
  const isThere = reader.get(object.kind === 'Build' ? BUILD : IMAGE, namespace, name) !== undefined;
  if (isThere && before !== undefined && contentText(now) === contentText(before)) return [];
  const references = fullReferences([now.spec.reference, before?.spec.reference]);
  const byReference = references.flatMap((value) => keysUnder(reader, namespace, 'base', value));
  const all = [...keysUnder(reader, namespace, 'object', `${object.kind}/${name}`), ...byReference];
  return [...new Set(all)].filter((key) => object.kind !== 'Build' || key !== keyOf(object));
}

function contentText(object: Build | Image): string {
  const { metadata, spec, status } = object;
  // A circle that goes through it may be closed, or broken.
  const needs =
    object.kind === 'Build'
      ? [object.spec.contexts, object.status?.bases?.map(({ reference, source }) => [reference, source])]
      : [];
  const { reference, digest, recordName } = status ?? {};
  return canonicalJson([
    metadata.uid,
    metadata.deletionTimestamp,
    spec.reference,
    reference,
    digest,
    recordName,
    needs,
  ]);
}

/** One that goes, or pushes elsewhere, may leave a reference to those that wait for it. */
function buildsThatPush(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const [now, before] = [pushIndex(object as Build), previous === undefined ? [] : pushIndex(previous as Build)];
  const isThere = reader.get(BUILD, object.metadata.namespace, object.metadata.name) !== undefined;
  const isGoing = object.metadata.deletionTimestamp !== undefined;
  if (isThere && !isGoing && previous !== undefined && now.join() === before.join()) return [];
  const all = [...now, ...before].flatMap((value) => keysUnder(reader, undefined, 'push', value));
  return [...new Set(all)].filter((key) => key !== keyOf(object));
}
