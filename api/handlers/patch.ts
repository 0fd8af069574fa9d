import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';

/** PATCH of an object, or of its subresource. */
export function handlePatch(_call: ResourceCall): Promise<ApiResponse> {
  throw methodNotAllowed();
}
