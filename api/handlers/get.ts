import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';

/** GET of one object, or of its subresource. */
export async function handleGet({
  capabilities,
  call,
  attributes,
  request,
  resource,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.get === undefined) throw methodNotAllowed();
  const notOlderThan = request.parameters['resourceVersion'] || undefined;
  const value = await capabilities.get(call, attributes.name, notOlderThan);
  return { type: 'object', code: 200, resource, value };
}
