import type { Container, ContainerSpec, ControllerRevision } from '../../../schemas/gen/types.ts';
import type { JsonObject, ObjectInput } from '../../../schemas/object.ts';
import { IN_PLACE_FIELDS, RESTARTED_AT, ROLLOUT_FIELDS } from '../../../schemas/values/container-change.ts';
import { canonicalJson, fingerprint } from '../../../schemas/values/fingerprint.ts';
import { imageSource, specHash } from '../names.ts';

export const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

/** Objects' names are this long at most. */
const MAX_NAME = 253;
const HASH_LENGTH = 10;

/** A Container with the result of the Build that it follows, which another instance is made for. Of other Containers the image is no part of what is rolled out. */
export interface Following extends Container {
  /** Digest of the manifest for this machine. */
  readonly result?: string;
}

/** What a revision writes down of its Container. */
export interface RevisionData {
  readonly spec: ContainerSpec;
  /** Annotations that ask for a restart; none when absent. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of a Container that follows a Build. */
  readonly result?: string;
}

/** The same for all specs that one instance can follow. */
export function revisionName(container: Following): string {
  const { uid, name } = container.metadata;
  const { result } = container;
  const parts = [uid, specHash(container), sourceOf(container.spec), ...(result === undefined ? [] : [result])];
  const hash = fingerprint(parts, HASH_LENGTH);
  return `${name.slice(0, MAX_NAME - HASH_LENGTH - 1)}-${hash}`;
}

/** A reference that nobody can read is itself. */
export function sourceOf(spec: ContainerSpec): string {
  try {
    return imageSource(spec);
  } catch {
    return spec.image ?? '';
  }
}

export function revisionOf(container: Following, revision: number): ObjectInput<ControllerRevision> {
  const { apiVersion, kind, metadata } = container;
  const { namespace = '', name, uid, labels } = metadata;
  const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  return {
    ...REVISION,
    metadata: { namespace, name: revisionName(container), ownerReferences: [owner], ...(labels && { labels }) },
    data: dataOf(container) as unknown as JsonObject,
    revision,
  };
}

function dataOf({ metadata, spec, result }: Following): RevisionData {
  const asked = RESTARTED_AT.flatMap((name) => {
    const value = metadata.annotations?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    spec,
    ...(asked.length > 0 ? { annotations: Object.fromEntries(asked) } : {}),
    ...(result === undefined ? {} : { result }),
  };
}

export const readData = ({ data }: ControllerRevision): RevisionData => data as unknown as RevisionData;

/** Whether it holds the spec as it is now, fields that change in place included. */
export const isUpToDate = (revision: ControllerRevision, container: Following): boolean =>
  canonicalJson(readData(revision)) === canonicalJson(dataOf(container));

/** The Container as a revision wants it; how changes are made stays as it is now. */
export const asItWas = (container: Container, revision: ControllerRevision): Following =>
  withPast(container, revision, ROLLOUT_FIELDS);

/** The Container as a revision wants it, with everything of now that can be followed in place. */
export const asItRuns = (container: Container, revision: ControllerRevision): Following =>
  withPast(container, revision, IN_PLACE_FIELDS);

function withPast(container: Following, revision: ControllerRevision, kept: ReadonlySet<string>): Following {
  const { spec: past, annotations = {}, result } = readData(revision);
  const { result: _, ...present } = container;
  const fields = [
    ...Object.entries(past).filter(([name]) => !kept.has(name)),
    ...Object.entries(container.spec).filter(([name]) => kept.has(name)),
  ];
  const others = Object.entries(container.metadata.annotations ?? {}).filter(
    ([name]) => !(RESTARTED_AT as readonly string[]).includes(name),
  );
  const metadata = { ...container.metadata, annotations: { ...Object.fromEntries(others), ...annotations } };
  const spec = Object.fromEntries(fields) as ContainerSpec;
  return { ...present, metadata, spec, ...(result === undefined ? {} : { result }) };
}
