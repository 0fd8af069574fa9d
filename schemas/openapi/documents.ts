/**
 * The OpenAPI documents that the API server hands out, made from the kinds it serves at that moment.
 *
 * kubectl reads the version 3 document of a group version before every create, apply, replace and edit, to see that PATCH
 * takes `fieldValidation`; `kubectl explain` reads the schemas. Tools that merge lists read version 2.
 */
import { createHash } from 'node:crypto';
import type { KindDefinition } from '../kind-definition.ts';
import { apiVersionOf } from '../kinds.ts';
import { encodeJson } from '../text/json.ts';
import type { JsonObject } from '../object.ts';
import { metaName, modelName } from './model-names.ts';
import { gvkOf, kindModels, metaModels, models } from './models.ts';
import { operationPaths } from './operations.ts';
import type { Operation, OperationPath, Parameter } from './operations.ts';
import { refTo } from './schema-object.ts';
import type { Flavor } from './schema-object.ts';

const INFO = { title: 'tsmoby', version: 'v1' };
const CONTENT_TYPES = ['application/json', 'application/yaml'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** The part of a path that names a group version: `api/v1`, `apis/tsmoby.dev/v1alpha1`. */
export function groupVersionPath(groupVersion: GroupVersion): string {
  return `${groupVersion.group === '' ? 'api' : 'apis'}/${apiVersionOf(groupVersion)}`;
}

/** OpenAPI 3.0 of one group version: all its kinds out of `kinds`, and the meta/v1 schemas they refer to. */
export function openApiV3Document(groupVersion: GroupVersion, kinds: readonly KindDefinition[]): JsonObject {
  const own = kinds.filter(({ group, version }) => group === groupVersion.group && version === groupVersion.version);
  return {
    openapi: '3.0.0',
    info: INFO,
    paths: pathsOf(own, 'v3'),
    components: { schemas: models(own, 'v3') },
  };
}

/** Swagger 2.0 of all kinds. */
export function openApiV2Document(kinds: readonly KindDefinition[]): JsonObject {
  return {
    swagger: '2.0',
    info: INFO,
    paths: pathsOf(kinds, 'v2'),
    definitions: models(kinds, 'v2'),
  };
}

/** One part of a document: some of its paths, or some of its schemas, by name. */
export interface DocumentPart {
  readonly section: 'paths' | 'schemas';
  readonly members: readonly (readonly [string, JsonObject])[];
}

/**
 * The document of these kinds (version 3: all of one group version) in parts of one kind each, paths first: whoever has other
 * work to do can do it between them.
 */
export function* documentParts(kinds: readonly KindDefinition[], flavor: Flavor): Generator<DocumentPart> {
  const parts = new Map<string, JsonObject>();
  for (const definition of kinds) {
    yield { section: 'paths', members: Object.entries(pathsOf([definition], flavor)) as [string, JsonObject][] };
  }
  for (const definition of kinds) yield { section: 'schemas', members: kindModels(definition, flavor, parts) };
  yield { section: 'schemas', members: metaModels(kinds, flavor, parts) };
  yield { section: 'schemas', members: [...parts] };
}

/** What stands in front of all parts. */
export const documentHead = (flavor: Flavor) => ({
  ...(flavor === 'v3' ? { openapi: '3.0.0' } : { swagger: '2.0' }),
  info: INFO,
});

/** The text of the document, part by part. */
export function* documentText(kinds: readonly KindDefinition[], flavor: Flavor): Generator<string> {
  yield `${JSON.stringify(documentHead(flavor)).slice(0, -1)},"paths":{`;
  const between = flavor === 'v3' ? '},"components":{"schemas":{' : '},"definitions":{';
  let section: DocumentPart['section'] = 'paths';
  let write = createMembers();
  for (const part of documentParts(kinds, flavor)) {
    if (part.section !== section) {
      yield between;
      write = createMembers();
      ({ section } = part);
    }
    yield write(part.members);
  }
  yield flavor === 'v3' ? '}}}' : '}}';
}

/** Writes the members of one JSON object, some at a time. */
function createMembers(): (members: readonly (readonly [string, unknown])[]) => string {
  let first = true;
  return (members) => {
    const text = members.map(([name, value]) => `${JSON.stringify(name)}:${encodeJson(value)}`).join(',');
    if (text === '') return '';
    const separator = first ? '' : ',';
    first = false;
    return separator + text;
  };
}

/** The list of version 3 documents: `hashes` has one entry for each `groupVersionPath`. */
export function openApiV3Index(hashes: ReadonlyMap<string, string>): JsonObject {
  const paths = [...hashes].map(([path, hash]): [string, JsonObject] => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** Changes with every byte of a document: clients keep documents by it and do not ask again. Upper-case hexadecimal. */
export function documentHash(text: string | Uint8Array): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}

function pathsOf(kinds: readonly KindDefinition[], flavor: Flavor): JsonObject {
  return Object.fromEntries(
    kinds.flatMap((definition) =>
      operationPaths(definition).map((path): [string, JsonObject] => [path.path, pathItem(path, definition, flavor)]),
    ),
  );
}

function pathItem({ parameters, operations }: OperationPath, definition: KindDefinition, flavor: Flavor): JsonObject {
  return {
    ...Object.fromEntries(
      operations.map((operation): [string, JsonObject] => [
        operation.method,
        operationObject(operation, definition, flavor),
      ]),
    ),
    parameters: parameters.map((parameter) => parameterObject(parameter, flavor)),
  };
}

function operationObject(operation: Operation, definition: KindDefinition, flavor: Flavor): JsonObject {
  const { description, operationId, action, parameters } = operation;
  const body = requestModel(operation, definition);
  const shared = {
    description,
    operationId,
    tags: [apiVersionOf(definition).replace('/', '_')],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(definition),
  };
  const queries = parameters.map((parameter) => parameterObject(parameter, flavor));
  const responses = responsesOf(operation, definition, flavor);
  if (flavor === 'v3') {
    return {
      ...shared,
      parameters: queries,
      ...(body ? { requestBody: requestBody(operation, definition, body) } : {}),
      responses,
    };
  }
  const inBody = { name: 'body', in: 'body', required: operation.request !== 'deleteOptions' };
  return {
    ...shared,
    consumes: operation.request === 'patch' ? patchTypes(definition) : ['*/*'],
    produces: CONTENT_TYPES,
    parameters: [...(body ? [{ ...inBody, schema: refTo(body, 'v2') }] : []), ...queries],
    responses,
  };
}

/** Strategic merge is for Kubernetes' own kinds: kubectl sends it to every kind whose document offers it. */
const patchTypes = ({ builtin }: KindDefinition): readonly string[] =>
  builtin ? PATCH_TYPES : PATCH_TYPES.filter((type) => type !== 'application/strategic-merge-patch+json');

function requestModel({ request }: Operation, definition: KindDefinition): string | undefined {
  switch (request) {
    case 'object':
      return modelName(definition);
    case 'patch':
      return metaName('Patch');
    case 'deleteOptions':
      return metaName('DeleteOptions');
    default:
      return undefined;
  }
}

function requestBody({ request }: Operation, definition: KindDefinition, model: string): JsonObject {
  const types = request === 'patch' ? patchTypes(definition) : ['*/*'];
  return { required: request !== 'deleteOptions', content: contentOf(types, model) };
}

const contentOf = (types: readonly string[], model: string): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema: refTo(model, 'v3') }]));

function responsesOf({ response, statusCodes }: Operation, definition: KindDefinition, flavor: Flavor): JsonObject {
  const model =
    response === 'status'
      ? metaName('Status')
      : modelName(response === 'list' ? { ...definition, kind: definition.listKind } : definition);
  const body = flavor === 'v3' ? { content: contentOf(CONTENT_TYPES, model) } : { schema: refTo(model, 'v2') };
  const words: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
  return Object.fromEntries(
    statusCodes.map((code) => [String(code), { description: words[code] ?? String(code), ...body }]),
  );
}

function parameterObject({ name, in: place, type, description }: Parameter, flavor: Flavor): JsonObject {
  const required = place === 'path' ? { required: true } : {};
  const typed = flavor === 'v3' ? { schema: { type, uniqueItems: true } } : { type, uniqueItems: true };
  return { name, in: place, description, ...required, ...typed };
}
