import { decodeOptions } from '../codec/decode-object.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseDeleteOptions } from './options.ts';

/** DELETE of one object; options come in the body or in the query. */
export async function handleDelete({
  capabilities,
  call,
  request,
  resource,
  attributes,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.delete === undefined) throw methodNotAllowed();
  const options = parseDeleteOptions(request.parameters, await decodeOptions(request.body));
  const outcome = await capabilities.delete(call, attributes.name, options);
  if ('held' in outcome) return { type: 'object', code: 200, resource, value: outcome.held };
  return { type: 'status', code: 200, status: outcome.gone };
}
