/**
 * From a body to an object of the kind at hand: decoded, unknown fields dropped (and told), defaults filled in, types
 * right enough that object rules and strategies can rely on them.
 */
import { apiVersionOf, kindRefOf } from '../../schemas/kinds.ts';
import type { JsonObject, JsonValue, KindRef, KubeObject } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import type { FieldIssue, Structural } from '../../schemas/structural/structural.ts';
import { validateValues } from '../../schemas/structural/validate.ts';
import type { RequestBody } from '../pipeline/request.ts';
import type { ServedResource } from '../registry/resource.ts';
import { badRequest, type StatusError, unsupportedMediaType } from '../status-error.ts';
import { dropEmpty } from './drop-empty.ts';
import { decodeBytes } from './decode-bytes.ts';
import { joinBytes } from './join-bytes.ts';
import { formatOf, PROTOBUF, SUPPORTED_BODIES } from './media-types.ts';
import { wrongTypeIn } from './wrong-type.ts';

/** How to treat fields that the kind does not know, or that stand twice. */
export interface DecodeOptions {
  readonly validation: 'Strict' | 'Warn' | 'Ignore';
  readonly warn: (text: string) => void;
  /** What becomes of values of a wrong type, said in words; absent: BadRequest. */
  readonly refuse?: (words: string) => StatusError;
}

/** A decoded body, before any schema has seen it. */
export interface DecodedBody {
  readonly value: JsonValue;
  /** Paths of fields that stand more than once; the last one counts. */
  readonly duplicates: readonly string[];
}

/**
 * Throws BadRequest for what cannot be read, UnsupportedMediaType for formats that nobody reads. `fallback` is the kind
 * of a protobuf body that does not name its own.
 */
export async function decodeBody(body: RequestBody | undefined, fallback?: KindRef): Promise<DecodedBody> {
  if (body === undefined) throw badRequest("couldn't get version/kind; json parse error: unexpected end of JSON input");
  if (body.type === 'value') return { value: body.value as JsonValue, duplicates: [] };
  const format = formatOf(body.contentType);
  if (format === undefined) throw unsupportedMediaType(SUPPORTED_BODIES);
  return decodeBytes(body.bytes, format, fallback);
}

/** The object that a POST or PUT carries. */
export async function decodeObject(
  body: RequestBody | undefined,
  resource: ServedResource,
  options: DecodeOptions,
): Promise<KubeObject> {
  const { definition } = resource;
  const isProtobuf = body?.type === 'bytes' && formatOf(body.contentType) === 'protobuf';
  // an object without a message of its own: as the real server, which knows this of custom resources
  if (isProtobuf && !definition.builtin)
    throw unsupportedMediaType(SUPPORTED_BODIES.filter((type) => type !== PROTOBUF));
  const { value, duplicates } = await decodeBody(body, kindRefOf(definition));
  return shapeObject(checkKind(value, resource), duplicates, resource, options);
}

/** The DeleteOptions that a DELETE may carry; undefined when the body is empty. */
export async function decodeOptions(body: RequestBody | undefined): Promise<JsonObject | undefined> {
  if (body === undefined || (body.type === 'bytes' && body.bytes.length === 0)) return undefined;
  const { value } = await decodeBody(body, { apiVersion: 'v1', kind: 'DeleteOptions' });
  if (!isObject(value)) throw badRequest('the body of a delete must be a DeleteOptions object');
  const kind = value['kind'];
  if (kind !== undefined && kind !== 'DeleteOptions')
    throw badRequest(`a body of kind ${JSON.stringify(kind)} cannot be handled as DeleteOptions`);
  return value;
}

/** Kind and version must be those of the URL; built-in kinds may leave them out. */
export function checkKind(value: JsonValue, { definition }: ServedResource): JsonObject {
  if (!isObject(value))
    throw badRequest(`couldn't get version/kind; json parse error: the body must be one object, not ${nameOf(value)}`);
  const { apiVersion, kind } = value;
  const expected = apiVersionOf(definition);
  if (!definition.builtin) {
    if (typeof kind !== 'string' || kind === '')
      throw badRequest("Object 'Kind' is missing in the body of the request");
    if (typeof apiVersion !== 'string' || apiVersion === '')
      throw badRequest("Object 'apiVersion' is missing in the body of the request");
  }
  if (!isAbsent(kind) && kind !== definition.kind) {
    throw badRequest(
      `${text(kind)} in version ${JSON.stringify(expected)} cannot be handled as a ${definition.kind}: the kind in the data (${text(kind)}) does not match the expected kind (${definition.kind})`,
    );
  }
  if (!isAbsent(apiVersion) && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${text(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  return value;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : nameOf(value));

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/**
 * Prune, default, and check what later steps take for granted. Also what a patched object goes through.
 * Strict: BadRequest with all unknown and duplicate fields at once. Warn: one warning each.
 */
export function shapeObject(
  value: JsonObject,
  duplicates: readonly string[],
  resource: ServedResource,
  { validation, warn, refuse }: DecodeOptions,
): KubeObject {
  const { definition, schema } = resource;
  const named: JsonObject = {
    ...value,
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: value['metadata'] ?? {},
  };
  const pruned = schema.prune(named);
  if (validation !== 'Ignore') {
    const problems = [
      ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
      ...pruned.unknown.map(({ path }) => `unknown field ${JSON.stringify(path)}`),
    ];
    if (problems.length > 0 && validation === 'Strict') throw strictError(problems, resource);
    for (const problem of problems) warn(problem);
  }
  const given = definition.builtin ? joinBytes(schema.root, pruned.value) : pruned.value;
  const shaped = schema.applyDefaults(dropEmpty(schema.root, given, definition.builtin));
  checkTypes(shaped, resource, refuse);
  return shaped as unknown as KubeObject;
}

function strictError(problems: readonly string[], { definition }: ServedResource): Error {
  const { kind, version } = definition;
  const what = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}`;
  return badRequest(`${what}: strict decoding error: ${problems.join(', ')}`);
}

/**
 * Built-in kinds refuse wrong types with 400 while they decode, as Go's decoder does; for all kinds metadata must be
 * of the right shape before anything reads it. The rest is validation's business (422).
 */
function checkTypes(value: JsonObject, { definition, schema }: ServedResource, refuse: DecodeOptions['refuse']): void {
  const { builtin, kind, version } = definition;
  const issues = builtin ? schema.validate(value) : metadataIssues(schema, value['metadata'] ?? {});
  if (issues.length === 0) return;
  const wrong = issues.find(({ reason }) => reason === 'FieldValueTypeInvalid');
  const words = wrongTypeIn(kind, schema.root, builtin ? value : { metadata: value['metadata'] ?? {} });
  if (words === undefined && wrong === undefined) return;
  const why = words ?? `json: ${wrong?.path ?? ''}: ${wrong?.message ?? ''}`;
  throw (
    refuse?.(why) ?? badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`)
  );
}

function metadataIssues(schema: Structural, metadata: JsonValue): readonly FieldIssue[] {
  const node = schema.nodeAt(['metadata']);
  if (node === undefined) return [];
  return validateValues(node, metadata).map((issue) => ({ ...issue, path: `metadata.${issue.path}` }));
}
