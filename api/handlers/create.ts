import { decodeObject } from '../codec/decode-object.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseWriteOptions } from './options.ts';

/** POST to a collection. */
export async function handleCreate({
  capabilities,
  call,
  request,
  resource,
  attributes,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.create === undefined || attributes.name !== '') throw methodNotAllowed();
  const options = parseWriteOptions(request.parameters, 'CreateOptions', request.userAgent);
  const object = await decodeObject(request.body, resource, {
    validation: options.fieldValidation,
    warn: request.warn,
  });
  return { type: 'object', code: 201, resource, value: await capabilities.create(call, object, options) };
}
