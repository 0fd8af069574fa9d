import { decodeOptions } from '../codec/decode-object.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseDeleteOptions, parseListQuery } from './options.ts';

/** DELETE of a collection: each object that the selectors match. The answer lists them as they were. */
export async function handleDeleteCollection({
  capabilities,
  call,
  request,
  resource,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.deleteCollection === undefined) throw methodNotAllowed();
  const options = parseDeleteOptions(request.parameters, await decodeOptions(request.body));
  const query = parseListQuery(request.parameters, resource.definition);
  return { type: 'list', resource, ...(await capabilities.deleteCollection(call, query, options)) };
}
