import type { Container, ContainerSpec, ControllerRevision } from '../../../schemas/gen/types.ts';
import type { JsonObject, ObjectInput } from '../../../schemas/object.ts';
import { IN_PLACE_FIELDS, RESTARTED_AT, ROLLOUT_FIELDS } from '../../../schemas/values/container-change.ts';
import { canonicalJson, fingerprint } from '../../../schemas/values/fingerprint.ts';
import { imageSource, specHash } from '../names.ts';

export const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

/** Objects' names are this long at most. */
const MAX_NAME = 253;
const HASH_LENGTH = 10;

/** What a revision writes down of its Container. */
export interface RevisionData {
  readonly spec: ContainerSpec;
  /** Annotations that ask for a restart; none when absent. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The same for all specs that one instance can follow. */
export function revisionName(container: Container): string {
  const { uid, name } = container.metadata;
  const hash = fingerprint([uid, specHash(container), sourceOf(container.spec)], HASH_LENGTH);
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

export function revisionOf(container: Container, revision: number): ObjectInput<ControllerRevision> {
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

function dataOf({ metadata, spec }: Container): RevisionData {
  const asked = RESTARTED_AT.flatMap((name) => {
    const value = metadata.annotations?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { spec, ...(asked.length > 0 ? { annotations: Object.fromEntries(asked) } : {}) };
}

export const readData = ({ data }: ControllerRevision): RevisionData => data as unknown as RevisionData;

/** Whether it holds the spec as it is now, fields that change in place included. */
export const isUpToDate = (revision: ControllerRevision, container: Container): boolean =>
  canonicalJson(readData(revision)) === canonicalJson(dataOf(container));

/** The Container as a revision wants it; how changes are made stays as it is now. */
export const asItWas = (container: Container, revision: ControllerRevision): Container =>
  withPast(container, revision, ROLLOUT_FIELDS);

/** The Container as a revision wants it, with everything of now that can be followed in place. */
export const asItRuns = (container: Container, revision: ControllerRevision): Container =>
  withPast(container, revision, IN_PLACE_FIELDS);

function withPast(container: Container, revision: ControllerRevision, kept: ReadonlySet<string>): Container {
  const { spec: past, annotations = {} } = readData(revision);
  const fields = [
    ...Object.entries(past).filter(([name]) => !kept.has(name)),
    ...Object.entries(container.spec).filter(([name]) => kept.has(name)),
  ];
  const others = Object.entries(container.metadata.annotations ?? {}).filter(
    ([name]) => !(RESTARTED_AT as readonly string[]).includes(name),
  );
  const metadata = { ...container.metadata, annotations: { ...Object.fromEntries(others), ...annotations } };
  return { ...container, metadata, spec: Object.fromEntries(fields) as ContainerSpec };
}
