/** From a resource request to the handler of its verb: 404 for what nobody serves, 405 for what it cannot do. */
import type { ApiContext } from '../context.ts';
import type { RequestAttributes } from '../pipeline/attributes.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { ResourceRequest } from '../request-info.ts';
import type { Capabilities, ServedResource } from '../registry/resource.ts';
import { methodNotAllowed, unknownResource } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { handleCreate } from './create.ts';
import { handleDelete } from './delete.ts';
import { handleDeleteCollection } from './delete-collection.ts';
import { pageNotFound } from './document.ts';
import { handleGet } from './get.ts';
import { handleList } from './list.ts';
import { handleLog } from './log.ts';
import { handlePatch } from './patch.ts';
import { handleUpdate } from './update.ts';
import { handleWatch } from './watch.ts';

type Handler = (call: ResourceCall) => Promise<ApiResponse> | ApiResponse;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['get', handleGet],
  ['list', handleList],
  ['watch', handleWatch],
  ['create', handleCreate],
  ['update', handleUpdate],
  ['patch', handlePatch],
  ['delete', handleDelete],
  ['deletecollection', handleDeleteCollection],
]);

/** Verbs that are about one object. */
const NEEDS_NAME: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);

export async function handleResource(
  context: ApiContext,
  request: ApiRequest,
  info: ResourceRequest,
  attributes: RequestAttributes,
): Promise<ApiResponse> {
  const resource = context.registry.find(info.group, info.version, info.resource);
  if (resource === undefined) {
    const known = context.registry
      .all()
      .some(({ definition }) => definition.group === info.group && definition.version === info.version);
    if (known) throw unknownResource();
    return pageNotFound();
  }
  const capabilities = info.subresource === '' ? resource.capabilities : resource.subresources.get(info.subresource);
  if (capabilities === undefined) throw unknownResource();
  checkScope(info, resource, attributes.verb, capabilities);
  const readsLog = attributes.verb === 'get' && capabilities.readLog !== undefined;
  const handler = readsLog ? handleLog : HANDLERS.get(attributes.verb);
  if (handler === undefined || (attributes.name === '' && NEEDS_NAME.has(attributes.verb))) throw methodNotAllowed();
  const call = { attributes: scoped(attributes, resource), signal: request.signal, warn: request.warn };
  return handler({ context, request, attributes: call.attributes, resource, capabilities, call });
}

/** Namespaced kinds are reached by name in a namespace only, cluster-scoped ones never in one. */
function checkScope(info: ResourceRequest, resource: ServedResource, verb: string, capabilities: Capabilities): void {
  const cluster = resource.definition.scope === 'Cluster';
  const isNamespaces = info.group === '' && info.resource === 'namespaces';
  if (cluster && info.namespace !== '' && !isNamespaces) throw unknownResource();
  if (cluster || info.namespace !== '') return;
  if (info.name !== '') throw unknownResource();
  if (verb === 'create' && capabilities.create !== undefined) throw methodNotAllowed();
  if (verb === 'deletecollection') throw methodNotAllowed();
}

/** Authorization sees the namespace of a Namespace as RBAC does; storage has none for cluster-scoped kinds. */
function scoped(attributes: RequestAttributes, resource: ServedResource): RequestAttributes {
  return resource.definition.scope === 'Cluster' && attributes.namespace !== ''
    ? { ...attributes, namespace: '' }
    : attributes;
}
