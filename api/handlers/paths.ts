/** Everything that is no resource: discovery, OpenAPI, version, health, metrics. Anything else is a plain 404. */
import type { ApiContext } from '../context.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { PathRequest } from '../request-info.ts';
import { methodNotAllowed, unknownResource } from '../status-error.ts';
import { pageNotFound, type DocumentResponse } from './document.ts';
import { coreVersions, group, groups, isBuiltinGroup, resources } from './discovery.ts';
import { aggregated } from './discovery-aggregated.ts';
import { health } from './health.ts';
import { metrics } from './metrics.ts';
import { rootPaths } from './root.ts';
import { version } from './version.ts';

export async function handlePath(context: ApiContext, request: ApiRequest, info: PathRequest): Promise<ApiResponse> {
  const document = await route(context, request, info.segments);
  if (document === undefined) {
    if (isBuiltinVersion(context, info.segments)) throw unknownResource();
    return pageNotFound();
  }
  if (info.verb !== 'get' && info.verb !== 'head') throw methodNotAllowed();
  return document;
}

/** A version that a group of Kubernetes' own does not have. */
const isBuiltinVersion = ({ registry }: ApiContext, [root, first, second]: readonly string[]): boolean =>
  (root === 'api' && first !== undefined) ||
  (root === 'apis' && first !== undefined && second !== undefined && isBuiltinGroup(registry, first));

function route(
  context: ApiContext,
  request: ApiRequest,
  segments: readonly string[],
): DocumentResponse | undefined | Promise<DocumentResponse | undefined> {
  const [root, first, second, ...rest] = segments;
  const { registry } = context;
  switch (root) {
    case undefined:
      return rootPaths(context);
    case 'api':
      if (first === undefined) return aggregated(registry, request.representation, 'core') ?? coreVersions(registry);
      return second === undefined ? resources(registry, '', first) : undefined;
    case 'apis':
      if (first === undefined) return aggregated(registry, request.representation, 'groups') ?? groups(registry);
      if (second === undefined) return group(registry, first);
      return rest.length === 0 ? resources(registry, first, second) : undefined;
    case 'openapi':
      if (first === 'v2' && second === undefined)
        return context.openApi.v2(request.representation.encoding === 'protobuf');
      if (first !== 'v3') return undefined;
      return second === undefined
        ? context.openApi.index()
        : context.openApi.v3(segments.slice(2).join('/'), request.parameters['hash']);
    case 'version':
      return first === undefined ? version(context) : undefined;
    case 'healthz':
    case 'livez':
    case 'readyz':
      return second === undefined ? health(context, root, first, request.parameters) : undefined;
    case 'metrics':
      return first === undefined ? metrics(context) : undefined;
    default:
      return undefined;
  }
}
