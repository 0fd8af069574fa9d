import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseListQuery } from './options.ts';

/** GET of a collection: all, or one page of a snapshot. */
export async function handleList({ capabilities, call, request, resource }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.list === undefined) throw methodNotAllowed();
  const query = parseListQuery(request.parameters, resource.definition);
  return { type: 'list', resource, ...(await capabilities.list(call, query)) };
}
