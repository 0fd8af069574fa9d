/** A custom kind with one field of each way to own, to default and to be wrong: as our own kind and as a CustomResourceDefinition. */
import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';

const text: StructuralSchema = { type: 'string' };
const port: StructuralSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    port: { type: 'integer' },
    protocol: { type: 'string', default: 'TCP' },
    labels: { type: 'object', additionalProperties: text },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
  },
};

const spec: StructuralSchema = {
  type: 'object',
  properties: {
    size: { type: 'integer', minimum: 0, maximum: 100 },
    color: { type: 'string', default: 'red', enum: ['red', 'green', 'blue'] },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    args: { type: 'array', items: text },
    ports: { type: 'array', items: port, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    byProto: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: {
        type: 'object',
        required: ['port'],
        properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, note: text },
      },
    },
    env: { type: 'object', additionalProperties: text },
    groups: { type: 'object', additionalProperties: { type: 'object', additionalProperties: text } },
    ref: { type: 'object', properties: { name: text, kind: text }, 'x-kubernetes-map-type': 'atomic' },
    nested: {
      type: 'object',
      properties: {
        a: text,
        level: { type: 'integer', default: 1 },
        deeper: { type: 'object', properties: { b: text } },
      },
    },
    limit: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    maybe: { type: 'string', nullable: true },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const status: StructuralSchema = {
  type: 'object',
  properties: {
    phase: text,
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: { type: 'object', required: ['type'], properties: { type: text, status: text } },
    },
  },
};

export const gadgetKind: KindDefinition = {
  group: 'test.tsmoby.dev',
  version: 'v1',
  kind: 'Gadget',
  listKind: 'GadgetList',
  plural: 'gadgets',
  singular: 'gadget',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [],
  selectableFields: [],
  builtin: false,
  schema: { type: 'object', properties: { metadata: { type: 'object' }, spec, status } },
};

/** The same kind for servers that have to be told. */
export const gadgetDefinition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.test.tsmoby.dev' },
  spec: {
    group: 'test.tsmoby.dev',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } as unknown as JsonObject },
      },
    ],
  },
};
