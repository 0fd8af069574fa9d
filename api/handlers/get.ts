import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';

/** GET of one object, or of its subresource. */
export async function handleGet({ capabilities, call, attributes, resource }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.get === undefined) throw methodNotAllowed();
  return { type: 'object', code: 200, resource, value: await capabilities.get(call, attributes.name) };
}
