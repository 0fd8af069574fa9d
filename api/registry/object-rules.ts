/**
 * What happens to the metadata of every object on its way into the store, whatever its kind. Pure: time, uids and
 * random names come in from outside.
 */
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { JsonObject, JsonValue, KubeObject, ObjectMeta } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { badRequest, conflict, type ResourceName } from '../status-error.ts';

/** Sources of what cannot be derived. */
export interface Origins {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** Five characters that complete a generateName. */
  nameSuffix(): string;
}

/** Longest prefix that leaves room for the suffix in a 63 character name. */
const MAX_GENERATE_PREFIX = 58;

/** A JSON object without the members that are undefined, so that it equals what is read back. */
function defined<T extends object>(object: T): T {
  for (const value of Object.values(object)) {
    if (value === undefined) return Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined)) as T;
  }
  return object;
}

/**
 * Identity of a new object: what the client says of uid, times and versions does not count. Throws 500-free: a
 * resourceVersion on a new object is BadRequest.
 */
export function beginObject(
  object: KubeObject,
  definition: KindDefinition,
  namespace: string,
  origins: Origins,
  tracksGeneration: boolean,
): KubeObject {
  const metadata: Partial<ObjectMeta> & { readonly selfLink?: string } = object.metadata;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const {
    resourceVersion: _version,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    creationTimestamp: _creation,
    namespace: _namespace,
    uid: _uid,
    selfLink: _selfLink,
    name = '',
    ...rest
  } = metadata;
  const finalizers = withFinalizer(rest.finalizers, definition.finalizer);
  return {
    ...object,
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: defined({
      name,
      ...(namespace === '' ? {} : { namespace }),
      ...rest,
      uid: origins.uuid(),
      ...(tracksGeneration ? { generation: 1 } : {}),
      creationTimestamp: formatTime(origins.now()),
      ...(finalizers === undefined ? {} : { finalizers }),
    }) as ObjectMeta,
  };
}

function withFinalizer(
  finalizers: readonly string[] | undefined,
  own: string | undefined,
): readonly string[] | undefined {
  if (own === undefined || finalizers?.includes(own)) return finalizers;
  return [...(finalizers ?? []), own];
}

/** Completes generateName; the object itself when it has a name. */
export function withGeneratedName(object: KubeObject, origins: Origins): KubeObject {
  const { name, generateName } = object.metadata;
  if (name !== '' || generateName === undefined || generateName === '') return object;
  const generated = generateName.slice(0, MAX_GENERATE_PREFIX) + origins.nameSuffix();
  return { ...object, metadata: { ...object.metadata, name: generated } };
}

/** The body must be what the URL says. Returns the metadata with name and namespace of the URL where it was silent. */
export function checkIdentity(
  object: KubeObject,
  definition: KindDefinition,
  at: { namespace: string; name?: string },
): void {
  const { metadata } = object;
  const { name = '', namespace = '' } = metadata as Partial<ObjectMeta>;
  if (at.name !== undefined && name !== '' && name !== at.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${at.name})`);
  }
  if (at.name !== undefined && name === '') {
    throw badRequest(`the name of the object (${at.name} based on URL) was undeterminable: name must be provided`);
  }
  const expected = definition.scope === 'Cluster' ? '' : at.namespace;
  if (namespace !== '' && namespace !== expected) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Preconditions that a new state carries: its resourceVersion and uid, when it names them. */
export function checkPreconditions(
  resource: ResourceName,
  current: KubeObject,
  wanted: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined },
): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (wanted.uid !== undefined && wanted.uid !== '' && wanted.uid !== uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
    );
  }
  if (
    wanted.resourceVersion !== undefined &&
    wanted.resourceVersion !== '' &&
    wanted.resourceVersion !== resourceVersion
  ) {
    throw conflict(resource, name);
  }
}

/** What a client cannot change stays as it was; the resourceVersion is the current one. */
export function keepIdentity(next: KubeObject, current: KubeObject, definition: KindDefinition): KubeObject {
  const {
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    selfLink: _selfLink,
    ...rest
  } = next.metadata as ObjectMeta & { readonly selfLink?: string };
  const { name, namespace, uid, creationTimestamp, resourceVersion } = current.metadata;
  const { generation, deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  return {
    ...next,
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: defined({
      ...rest,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      ...(generation === undefined ? {} : { generation }),
      creationTimestamp,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    }),
  };
}

/** Everything but `status` of `spec`, with the `status` of the other. */
export function withStatusOf(object: KubeObject, statusOf: KubeObject | undefined): KubeObject {
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { status } = (statusOf ?? {}) as { readonly status?: unknown };
  return (status === undefined ? rest : { ...rest, status }) as KubeObject;
}

/** +1 when something outside metadata (and status, where that is a subresource) differs. */
export function withGeneration(next: KubeObject, current: KubeObject, statusIsApart: boolean): KubeObject {
  const ignored = statusIsApart ? ['metadata', 'status'] : ['metadata'];
  const before = omit(current, ignored);
  const after = omit(next, ignored);
  if (equal(before, after)) return next;
  return raiseGeneration(next);
}

export const raiseGeneration = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 },
});

function omit(object: KubeObject, keys: readonly string[]): JsonObject {
  const entries: [string, JsonValue][] = Object.entries(object);
  return Object.fromEntries(entries.filter(([key]) => !keys.includes(key)));
}

/** The same object but for bookkeeping: such a write is not made, and the resourceVersion stays. */
export function isSame(next: KubeObject, current: KubeObject): boolean {
  return next === current || equal(withoutTimes(next), withoutTimes(current));
}

/** Times of managed fields move with every write that moves something else; alone they are no change. */
function withoutTimes(object: KubeObject): JsonObject {
  const { managedFields, ...metadata } = object.metadata;
  const entries = managedFields?.map(({ time: _time, ...entry }) => entry);
  return {
    ...object,
    metadata: { ...metadata, ...(entries ? { managedFields: entries } : {}) },
  } as unknown as JsonObject;
}
