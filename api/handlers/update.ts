import { decodeObject } from '../codec/decode-object.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { checkIdentity } from '../registry/object-rules.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseWriteOptions } from './options.ts';

/** PUT of a whole object, or of its subresource. */
export async function handleUpdate({
  capabilities,
  call,
  request,
  resource,
  attributes,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.update === undefined) throw methodNotAllowed();
  const options = parseWriteOptions(request.parameters, 'UpdateOptions', request.userAgent);
  const object = await decodeObject(request.body, resource, {
    validation: options.fieldValidation,
    warn: request.warn,
  });
  checkIdentity(object, resource.definition, attributes);
  const { value, created } = await capabilities.update(call, attributes.name, () => object, {
    ...options,
    kind: 'replace',
  });
  return { type: 'object', code: created ? 201 : 200, resource, value };
}
