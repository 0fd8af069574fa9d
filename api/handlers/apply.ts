import { applyPatch } from '../apply/apply-patch.ts';
import { ApplyConflict, ApplyInvalid } from '../apply/conflict.ts';
import { checkKind, decodeBody, shapeObject } from '../codec/decode-object.ts';
import { joinBytes } from '../codec/join-bytes.ts';
import { essenceOf } from '../codec/media-types.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { isList, isObject, without } from '../../schemas/structural/own.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { RequestBody } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { checkIdentity } from '../registry/object-rules.ts';
import type { Change, ServedResource } from '../registry/resource.ts';
import { badRequest, failure, invalid, methodNotAllowed, StatusError } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseWriteOptions } from './options.ts';

/** PATCH with `application/apply-patch+yaml`: server-side apply. Creates what is not there. */
export async function handleApply(call: ResourceCall): Promise<ApiResponse> {
  const { capabilities, request, resource, attributes } = call;
  if (capabilities.update === undefined) throw methodNotAllowed();
  const options = parseWriteOptions(request.parameters, 'PatchOptions', request.userAgent, 'Apply');
  const { value, duplicates } = await decodeBody(asYaml(request.body));
  const applied = appliedFields(value, resource, attributes);
  if (options.fieldValidation !== 'Ignore' && duplicates.length > 0) {
    const problems = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
    if (options.fieldValidation === 'Strict') throw badRequest(`strict decoding error: ${problems.join(', ')}`);
    for (const problem of problems) request.warn(problem);
  }
  const change = changeOf(call, applied, options);
  const outcome = await capabilities.update(call.call, attributes.name, change, { ...options, kind: 'apply' });
  return { type: 'object', code: outcome.created ? 201 : 200, resource, value: outcome.value };
}

/** The body is YAML or JSON: a first `{` says which, and spares most clients the slower reader. */
function asYaml(body: RequestBody | undefined): RequestBody | undefined {
  if (body?.type !== 'bytes') return body;
  const first = body.bytes.find((byte) => byte > 0x20);
  return { ...body, contentType: essenceOf(first === 0x7b ? 'application/json' : 'application/yaml') };
}

/** What the manager has an opinion about. Throws BadRequest for what cannot be applied here. */
function appliedFields(
  value: JsonValue,
  resource: ServedResource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): JsonObject {
  if (!isObject(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
    throw badRequest('invalid object type: apiVersion and kind must be set in the body of an apply');
  }
  const named = checkKind(value, resource);
  const metadata = named['metadata'] ?? {};
  if (!isObject(metadata)) throw badRequest('metadata must be an object');
  const { managedFields } = metadata;
  if (isList(managedFields) ? managedFields.length > 0 : managedFields !== undefined && managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const { value: known, unknown } = resource.schema.prune({
    ...named,
    metadata: { name, ...without(metadata, 'managedFields') },
  });
  if (unknown.length > 0) {
    const list = unknown.map(({ path }) => `.${path}: field not declared in schema`).join(', ');
    const { group, version, kind } = resource.definition;
    throw badRequest(
      `failed to create typed patch object (${namespace}/${name}; ${group}/${version}, Kind=${kind}): ${list}`,
    );
  }
  return resource.definition.builtin ? joinBytes(resource.schema.root, known) : known;
}

function changeOf(
  { context, request, resource, attributes }: ResourceCall,
  applied: JsonObject,
  options: { readonly fieldManager: string; readonly force: boolean },
): Change {
  const { definition, schema } = resource;
  return (current) => {
    const live = current as unknown as JsonObject | undefined;
    // what is merged must have the right shape: wrong types are refused before
    const checked = shapeObject(applied, [], resource, { validation: 'Ignore', warn: request.warn });
    checkIdentity(checked, definition, attributes);
    const { object } = refusing(resource, attributes.name, () =>
      applyPatch({
        schema,
        live,
        applied,
        manager: options.fieldManager,
        apiVersion: apiVersionOf(definition),
        force: options.force,
        now: formatTime(context.clock.now()),
        cache: context.fieldSets,
        subresource: attributes.subresource === '' ? undefined : attributes.subresource,
        statusSubresource: definition.subresources.includes('status'),
      }),
    );
    if (current !== undefined && object === live && !namesAnother(checked.metadata, current.metadata)) return current;
    const named = { ...object, metadata: withPrecondition(object['metadata'], checked.metadata) };
    return shapeObject(named, [], resource, { validation: 'Ignore', warn: request.warn });
  };
}

/** Whether an apply that changes nothing was meant for another state of the object, or another object. */
const namesAnother = (
  applied: Partial<KubeObject['metadata']>,
  { uid, resourceVersion }: KubeObject['metadata'],
): boolean => (applied.uid ?? uid) !== uid || (applied.resourceVersion ?? resourceVersion) !== resourceVersion;

/** uid and resourceVersion of the body are preconditions, and no fields to own. */
function withPrecondition(
  metadata: JsonValue | undefined,
  { uid, resourceVersion }: { readonly uid?: string; readonly resourceVersion?: string },
): JsonObject {
  return {
    ...(isObject(metadata) ? metadata : {}),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** The one crossing from apply errors to Statuses. */
function refusing<T>({ definition }: ServedResource, name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ApplyConflict) {
      throw new StatusError(failure(409, 'Conflict', error.message, { causes: error.causes }), { cause: error });
    }
    if (error instanceof ApplyInvalid) {
      const cause = {
        reason: 'FieldValueInvalid',
        field: error.path.slice(1),
        message: `Invalid value: ${error.message}`,
      } as const;
      throw Object.assign(invalid(definition, name, [cause]), { cause: error });
    }
    throw error;
  }
}
