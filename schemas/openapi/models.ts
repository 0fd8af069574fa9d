/** The schemas of an OpenAPI document: every kind and its list, and what meta/v1 lends them. */
import { deleteOptions, listMeta, objectMeta, status } from '../definitions/object-meta.ts';
import type { KindDefinition } from '../kind-definition.ts';
import type { JsonObject, JsonValue } from '../object.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { metaName, modelName } from './model-names.ts';
import { describedRef, refTo, schemaObject } from './schema-object.ts';
import type { Flavor, Models } from './schema-object.ts';

/** All schemas that operations on these kinds refer to, by name. */
export function models(kinds: readonly KindDefinition[], flavor: Flavor): JsonObject {
  const parts = new Map<string, JsonObject>();
  const whole = kinds.flatMap((definition) => kindModels(definition, flavor, parts));
  return Object.fromEntries([...whole, ...metaModels(kinds, flavor, parts), ...parts]);
}

/** One kind and its list, by name. What has a name of its own inside goes to `parts`. */
export function kindModels(
  definition: KindDefinition,
  flavor: Flavor,
  parts: Map<string, JsonObject>,
): readonly [string, JsonObject][] {
  const model = kindModel(definition, { flavor, nameOf: partNames(definition), parts });
  const kind: [string, JsonObject] = [modelName(definition), model];
  if (definition.unstored) return [kind];
  return [kind, [modelName({ ...definition, kind: definition.listKind }), listModel(definition, flavor)]];
}

/** Parts of a kind are called like kinds of its group version. */
const partNames =
  ({ group, version }: KindDefinition) =>
  (model: string): string =>
    modelName({ group, version, kind: model });

const typeMeta = {
  apiVersion: { type: 'string', description: 'Version of the schema of this object: `v1`, or `group/version`.' },
  kind: { type: 'string', description: 'Name of the kind of this object. Cannot be changed.' },
};

function kindModel(definition: KindDefinition, inside: Models): JsonObject {
  const { flavor } = inside;
  const { apiVersion: _, kind: __, metadata: ___, ...own } = definition.schema.properties ?? {};
  const schema = schemaObject({ ...definition.schema, properties: own }, inside);
  const metadata = describedRef(metaName('ObjectMeta'), 'Name, labels and life cycle of the object.', flavor);
  return {
    ...schema,
    properties: { ...typeMeta, metadata, ...(schema['properties'] as JsonObject) },
    'x-kubernetes-group-version-kind': [gvkOf(definition)],
  };
}

function listModel(definition: KindDefinition, flavor: Flavor): JsonObject {
  return {
    type: 'object',
    description: `A list of objects of kind ${definition.kind}.`,
    required: ['items'],
    properties: {
      ...typeMeta,
      metadata: describedRef(metaName('ListMeta'), 'Version of the list, and where it goes on.', flavor),
      items: { type: 'array', description: 'The objects.', items: refTo(modelName(definition), flavor) },
    },
    'x-kubernetes-group-version-kind': [gvkOf({ ...definition, kind: definition.listKind })],
  };
}

/** What all kinds of a document share: meta/v1's types, by name. */
export function metaModels(
  kinds: readonly KindDefinition[],
  flavor: Flavor,
  parts: Map<string, JsonObject>,
): readonly [string, JsonObject][] {
  const inside: Models = { flavor, nameOf: metaName, parts };
  const versions = [...new Map(kinds.map((kind) => [`${kind.group}/${kind.version}`, kind])).values()];
  const inEveryGroup = (kind: string): readonly JsonValue[] => [
    gvkOf({ group: '', version: 'v1', kind }),
    ...versions.filter(({ group }) => group !== '').map((version) => gvkOf({ ...version, kind })),
  ];
  const model = (type: string, schema: StructuralSchema, more: JsonObject = {}): [string, JsonObject] => [
    metaName(type),
    { ...schemaObject(schema, inside), ...more },
  ];
  return [
    model('ObjectMeta', objectMeta),
    model('ListMeta', listMeta),
    model('Status', status, {
      'x-kubernetes-group-version-kind': [gvkOf({ group: '', version: 'v1', kind: 'Status' })],
    }),
    model('DeleteOptions', deleteOptions, { 'x-kubernetes-group-version-kind': inEveryGroup('DeleteOptions') }),
    [metaName('Patch'), { type: 'object', description: 'A change to an object, in the form that Content-Type names.' }],
  ];
}

/** Group, version and kind alone, in the order that Kubernetes prints. */
export const gvkOf = ({ group, version, kind }: Pick<KindDefinition, 'group' | 'version' | 'kind'>): JsonObject => ({
  group,
  kind,
  version,
});
