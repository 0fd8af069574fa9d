import { findByKindRef, parseApiVersion } from '../schemas/kinds.ts';
import type { KindDefinition } from '../schemas/kind-definition.ts';
import type { KindRef, ObjectRef, Status } from '../schemas/object.ts';
import { ApiError } from './client.ts';

/** What a client must know of a kind to find its objects. */
export type KindLocation = Pick<KindDefinition, 'plural' | 'scope' | 'listKind'>;

/** What a request is about. Without a name it is the collection; without a namespace the whole server. */
export type Target = Omit<ObjectRef, 'name'> & { readonly name?: string; readonly subresource?: string };

/** The kind in tsmoby's own table; undefined for kinds that only a server knows. */
export const knownKind = (kind: KindRef): KindLocation | undefined => findByKindRef(kind);

/** The path of an object or collection on a Kubernetes API server, each part encoded. */
export function resourcePath(target: Target, location: KindLocation): string {
  const at = parseApiVersion(target.apiVersion);
  if (at === undefined) throw unknownKind(target);
  const { namespace = '', name = '', subresource = '' } = target;
  return [
    at.group === '' ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`,
    ...(namespace === '' || location.scope === 'Cluster' ? [] : ['namespaces', encodeURIComponent(namespace)]),
    location.plural,
    ...(name === '' ? [] : [encodeURIComponent(name)]),
    ...(subresource === '' ? [] : [subresource]),
  ].join('/');
}

/** Nobody serves the kind: what a client hears before any request is made. */
export function unknownKind({ apiVersion, kind }: KindRef): ApiError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    message: `no matches for kind "${kind}" in version "${apiVersion}"`,
    details: {},
    code: 404,
  };
  return new ApiError(status);
}

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** The target, which must have a name: without one the path would be that of the whole collection. */
export function named<T extends Target>(target: T): T {
  if (target.name !== undefined && target.name !== '') return target;
  const message = `resource name may not be empty: a name is needed for a ${target.kind}`;
  throw new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'BadRequest',
    message,
    code: 400,
  });
}

/** The object itself. */
export const targetOf = ({ apiVersion, kind, metadata }: Named): Target => ({
  apiVersion,
  kind,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  name: metadata.name ?? '',
});

/** The collection it belongs to. */
export function collectionOf(object: Named): Target {
  const { name: _, ...collection } = targetOf(object);
  return collection;
}

/** All objects of a kind, in a namespace or in all. */
export const collection = ({ apiVersion, kind }: KindRef, namespace: string | undefined): Target => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
});
