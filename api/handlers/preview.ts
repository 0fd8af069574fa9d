import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';

/** GET of what would be changed: each line of the answer is a document of JSON. */
export async function handlePreview({ capabilities, call, attributes }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.readPreview === undefined) throw methodNotAllowed();
  const body = await capabilities.readPreview(call, attributes.name);
  return { type: 'stream', contentType: 'application/x-ndjson', body };
}
