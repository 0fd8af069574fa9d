import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseWatchQuery } from './options.ts';

/** GET of a collection with `watch`: changes as they happen, until somebody has enough. */
export function handleWatch({ capabilities, call, request, resource }: ResourceCall): ApiResponse {
  if (capabilities.watch === undefined) throw methodNotAllowed();
  const query = parseWatchQuery(request.parameters, resource.definition);
  return { type: 'watch', resource, stream: capabilities.watch(call, query) };
}
