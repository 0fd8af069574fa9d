import { applyJsonPatch, parseJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { PatchError } from '../patch/patch-error.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge.ts';
import { checkKind, decodeBody, shapeObject, type DecodedBody } from '../codec/decode-object.ts';
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { show } from '../../schemas/structural/issue.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { checkIdentity } from '../registry/object-rules.ts';
import type { Change, PatchType } from '../registry/resource.ts';
import {
  badRequest,
  invalidPatch,
  methodNotAllowed,
  type StatusError,
  tooLarge,
  unprocessable,
  unsupportedMediaType,
} from '../status-error.ts';
import { handleApply } from './apply.ts';
import type { ResourceCall } from './call.ts';
import { parseWriteOptions, type FieldValidation } from './options.ts';

/** Content types of patches, as clients send them. */
const TYPES: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);

/**
 * PATCH of an object, or of its subresource. A patch without a resourceVersion is worked out again when somebody else
 * was faster: kubectl does not retry.
 */
export async function handlePatch(call: ResourceCall): Promise<ApiResponse> {
  const { capabilities, request, resource, attributes } = call;
  const { patchTypes } = capabilities;
  if (capabilities.update === undefined || patchTypes === undefined) throw methodNotAllowed();
  const type = TYPES.get(request.body?.contentType ?? '');
  if (type === undefined || !patchTypes.includes(type)) {
    throw unsupportedMediaType([...TYPES].filter(([, known]) => patchTypes.includes(known)).map(([name]) => name));
  }
  if (type === 'apply') return handleApply(call);
  const options = parseWriteOptions(request.parameters, 'PatchOptions', request.userAgent);
  const body = request.body;
  const patch = await decodeBody(body?.type === 'bytes' ? { ...body, contentType: 'application/json' } : body);
  if (type === 'json') refusing(() => parseJsonPatch(patch.value), request.warn);
  const change = changeOf(call, type, patch, options.fieldValidation);
  const { value } = await capabilities.update(call.call, attributes.name, change, { ...options, kind: 'patch' });
  return { type: 'object', code: 200, resource, value };
}

function changeOf(
  call: ResourceCall,
  type: Exclude<PatchType, 'apply'>,
  patch: DecodedBody,
  validation: FieldValidation,
): Change {
  const { resource, attributes, request } = call;
  return (current) => {
    if (current === undefined) throw new TypeError('a patch needs an object');
    const before = current as unknown as JsonObject;
    const after = refusing(() => patched(call, type, before, patch.value), request.warn);
    if (after === before) return current;
    const named = checkKind(after, resource);
    const refuse = (words: string): StatusError => invalidPatch(show(patch.value), words);
    const next = shapeObject(named, patch.duplicates, resource, { validation, warn: request.warn, refuse });
    checkIdentity(next, resource.definition, attributes);
    return next;
  };
}

function patched(
  { resource }: ResourceCall,
  type: Exclude<PatchType, 'apply'>,
  object: JsonObject,
  patch: JsonValue,
): JsonObject {
  switch (type) {
    case 'json':
      return applyJsonPatch(object, patch);
    case 'merge':
      return applyMergePatch(object, patch);
    case 'strategic':
      return applyStrategicMergePatch(resource.schema, object, patch);
  }
}

/**
 * The one crossing from patch errors to Statuses. Kubernetes does not say why a patch cannot be applied; ours is told as a warning, so
 * that programs find the Status they know and people the reason.
 */
function refusing<T>(act: () => T, warn: (text: string) => void): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.kind === 'unprocessable') warn(error.message);
    throw Object.assign(asStatus(error), { cause: error });
  }
}

function asStatus({ kind, message }: PatchError): StatusError {
  switch (kind) {
    case 'malformed':
      return badRequest(message);
    case 'unprocessable':
      return unprocessable();
    case 'too-large':
      return tooLarge(message);
  }
}
