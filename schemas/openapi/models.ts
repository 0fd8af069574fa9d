/** The schemas of an OpenAPI document: every kind and its list, and what meta/v1 lends them. */
import {
  deleteOptions,
  listMeta,
  managedFieldsEntry,
  objectMeta,
  ownerReference,
  status,
} from '../definitions/object-meta.ts';
import type { KindDefinition } from '../kind-definition.ts';
import type { JsonObject, JsonValue } from '../object.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { metaName, modelName } from './model-names.ts';
import { schemaObject } from './schema-object.ts';
import type { Flavor } from './schema-object.ts';

/** A schema that stands elsewhere in the same document. */
export function refTo(name: string, flavor: Flavor): JsonObject {
  return { $ref: flavor === 'v3' ? `#/components/schemas/${name}` : `#/definitions/${name}` };
}

/** A reference with a description beside it: OpenAPI 3.0 wants it wrapped, Swagger 2.0 does not. */
export function describedRef(name: string, description: string, flavor: Flavor): JsonObject {
  const ref = refTo(name, flavor);
  return flavor === 'v3' ? { allOf: [ref], description } : { ...ref, description };
}

/** All schemas that operations on these kinds refer to, by name. */
export function models(kinds: readonly KindDefinition[], flavor: Flavor): JsonObject {
  return Object.fromEntries([
    ...kinds.flatMap((definition) => [
      [modelName(definition), kindModel(definition, flavor)],
      [modelName({ ...definition, kind: definition.listKind }), listModel(definition, flavor)],
    ]),
    ...metaModels(kinds, flavor),
  ] as [string, JsonObject][]);
}

const typeMeta = {
  apiVersion: { type: 'string', description: 'Version of the schema of this object: `v1`, or `group/version`.' },
  kind: { type: 'string', description: 'Name of the kind of this object. Cannot be changed.' },
};

function kindModel(definition: KindDefinition, flavor: Flavor): JsonObject {
  const { apiVersion: _, kind: __, metadata: ___, ...own } = definition.schema.properties ?? {};
  const schema = schemaObject({ ...definition.schema, properties: own }, flavor);
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

function metaModels(kinds: readonly KindDefinition[], flavor: Flavor): readonly [string, JsonObject][] {
  const versions = [...new Map(kinds.map((kind) => [`${kind.group}/${kind.version}`, kind])).values()];
  const inEveryGroup = (kind: string): readonly JsonValue[] => [
    gvkOf({ group: '', version: 'v1', kind }),
    ...versions.filter(({ group }) => group !== '').map((version) => gvkOf({ ...version, kind })),
  ];
  const model = (type: string, schema: StructuralSchema, more: JsonObject = {}): [string, JsonObject] => [
    metaName(type),
    { ...schemaObject(schema, flavor), ...more },
  ];
  return [
    [metaName('ObjectMeta'), objectMetaModel(flavor)],
    model('OwnerReference', ownerReference),
    model('ManagedFieldsEntry', managedFieldsEntry),
    model('ListMeta', listMeta),
    model('Status', status, {
      'x-kubernetes-group-version-kind': [gvkOf({ group: '', version: 'v1', kind: 'Status' })],
    }),
    model('DeleteOptions', deleteOptions, { 'x-kubernetes-group-version-kind': inEveryGroup('DeleteOptions') }),
    [metaName('Patch'), { type: 'object', description: 'A change to an object, in the form that Content-Type names.' }],
  ];
}

/** ObjectMeta refers to its parts, so that tools find them under their own names. */
function objectMetaModel(flavor: Flavor): JsonObject {
  const schema = schemaObject(objectMeta, flavor);
  const properties = schema['properties'] as Readonly<Record<string, JsonObject>>;
  const withItems = (field: string, type: string): JsonObject => ({
    ...properties[field],
    items: refTo(metaName(type), flavor),
  });
  return {
    ...schema,
    properties: {
      ...properties,
      ownerReferences: withItems('ownerReferences', 'OwnerReference'),
      managedFields: withItems('managedFields', 'ManagedFieldsEntry'),
    },
  };
}

/** Group, version and kind alone, in the order that Kubernetes prints. */
export const gvkOf = ({ group, version, kind }: Pick<KindDefinition, 'group' | 'version' | 'kind'>): JsonObject => ({
  group,
  kind,
  version,
});
