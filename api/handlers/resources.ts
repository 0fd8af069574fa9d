/** From a resource request to the handler of its verb: 404 for what nobody serves, 405 for what it cannot do. */
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { ApiContext } from '../context.ts';
import type { RequestAttributes } from '../pipeline/attributes.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { ResourceRequest } from '../request-info.ts';
import type { Capabilities, ServedResource } from '../registry/resource.ts';
import { checkRepresentation } from '../codec/check-representation.ts';
import { methodNotAllowed, notFound, unknownResource, type StatusError } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { handleAttach } from './attach.ts';
import { handleCreate } from './create.ts';
import { handleDelete } from './delete.ts';
import { handleDeleteCollection } from './delete-collection.ts';
import { isBuiltinGroup } from './discovery.ts';
import { pageNotFound } from './document.ts';
import { handleExec } from './exec.ts';
import { handleGet } from './get.ts';
import { handleList } from './list.ts';
import { handleBuildLog } from './build-log.ts';
import { handleCache, handlePrune } from './cache.ts';
import { handleLog } from './log.ts';
import { handlePatch } from './patch.ts';
import { handlePortForward } from './port-forward.ts';
import { handlePreview } from './preview.ts';
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
    if (isBuiltinGroup(context.registry, info.group)) throw unknownResource();
    return pageNotFound();
  }
  // the real server has no HEAD of a resource
  if (info.method === 'HEAD') throw methodNotAllowed();
  const capabilities = info.subresource === '' ? resource.capabilities : resource.subresources.get(info.subresource);
  if (capabilities === undefined) throw unknownSubresource(info, resource);
  if (!isInScope(info, resource, attributes.verb)) {
    if (resource.definition.builtin) throw unknownResource();
    return pageNotFound();
  }
  checkNamespaced(info, resource, attributes.verb, capabilities);
  checkReadOnly(resource.definition, info);
  const handler = handlerOf(attributes.verb, capabilities);
  if (handler === undefined || (attributes.name === '' && NEEDS_NAME.has(attributes.verb))) throw methodNotAllowed();
  const shown = capabilities.represents ?? resource;
  await checkRepresentation(request.representation, shown);
  if (resource.definition.deprecation !== undefined) request.warn(resource.definition.deprecation);
  const call = { attributes: scoped(attributes, resource), signal: request.signal, warn: request.warn };
  const whole = await withBody(request);
  return handler({ context, request: whole, attributes: call.attributes, resource: shown, capabilities, call });
}

/** Logs and processes have a way of their own to be read and talked to. */
function handlerOf(
  verb: string,
  { readLog, readBuildLog, readCache, pruneCache, readPreview, exec, attach, openPorts }: Capabilities,
): Handler | undefined {
  if (verb === 'get' && readLog !== undefined) return handleLog;
  if (verb === 'get' && readBuildLog !== undefined) return handleBuildLog;
  if (verb === 'get' && readCache !== undefined) return handleCache;
  if (verb === 'get' && readPreview !== undefined) return handlePreview;
  if (verb === 'create' && pruneCache !== undefined) return handlePrune;
  // By GET for WebSocket, by POST for what was before it.
  if (verb === 'get' || verb === 'create') {
    if (exec !== undefined) return handleExec;
    if (attach !== undefined) return handleAttach;
    if (openPorts !== undefined) return handlePortForward;
  }
  return HANDLERS.get(verb);
}

/** The real server's two answers: for its own kinds, and for custom ones. */
const unknownSubresource = ({ name }: ResourceRequest, { definition }: ServedResource): StatusError =>
  definition.builtin ? unknownResource() : notFound(definition, name);

/** Only now is the body read: what nobody answers is refused without it. */
async function withBody(request: ApiRequest): Promise<ApiRequest> {
  const body = await request.readBody?.();
  return body === undefined ? request : { ...request, body };
}

/** Namespaced kinds are reached by name in a namespace only, cluster-scoped ones never in one. */
function isInScope(info: ResourceRequest, { definition }: ServedResource, verb: string): boolean {
  const isNamespaces = info.group === '' && info.resource === 'namespaces';
  if (definition.scope === 'Cluster') return info.namespace === '' || isNamespaces;
  if (info.namespace !== '') return true;
  return definition.builtin ? info.name === '' : verb === 'list' || verb === 'watch';
}

/** Over all namespaces, objects are listed and watched, and nothing else. */
function checkNamespaced(
  { namespace }: ResourceRequest,
  { definition }: ServedResource,
  verb: string,
  { create }: Capabilities,
): void {
  if (definition.scope === 'Cluster' || namespace !== '') return;
  if (verb === 'create' && create !== undefined) throw methodNotAllowed();
  if (verb === 'deletecollection') throw methodNotAllowed();
}

/** Whoever writes to a view is told what to do instead. */
function checkReadOnly({ readOnly }: KindDefinition, { method, subresource }: ResourceRequest): void {
  if (readOnly !== undefined && subresource === '' && method !== 'GET') throw methodNotAllowed(readOnly);
}

/** Authorization sees the namespace of a Namespace as RBAC does; storage has none for cluster-scoped kinds. */
function scoped(attributes: RequestAttributes, resource: ServedResource): RequestAttributes {
  return resource.definition.scope === 'Cluster' && attributes.namespace !== ''
    ? { ...attributes, namespace: '' }
    : attributes;
}
