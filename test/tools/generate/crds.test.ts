import test from 'ava';
import { KINDS } from '../../../schemas/kinds.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { decodeYaml } from '../../../schemas/text/yaml.ts';
import { crdOf, generateCrds } from '../../../tools/generate/crds.ts';

/** Keys that an API server takes in a structural schema (apiextensions.k8s.io/v1 JSONSchemaProps). */
const KNOWN_KEYS = new Set(
  [
    'type description format default nullable enum properties required items pattern additionalProperties anyOf',
    'minProperties maxProperties minItems maxItems minLength maxLength minimum maximum',
    'x-kubernetes-int-or-string x-kubernetes-preserve-unknown-fields x-kubernetes-validations',
    'x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-map-type',
  ].flatMap((line) => line.split(' ')),
);

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
}

function places(schema: StructuralSchema, path: string): readonly Place[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    { path, schema },
    ...Object.entries(properties).flatMap(([name, child]) => places(child, `${path}.${name}`)),
    ...(items ? places(items, `${path}[]`) : []),
    ...(typeof additionalProperties === 'object' ? places(additionalProperties, `${path}.*`) : []),
  ];
}

const all = KINDS.filter(({ builtin }) => !builtin).flatMap((definition) => {
  const crd = crdOf(definition) as {
    spec: { versions: [{ schema: { openAPIV3Schema: StructuralSchema } }] };
  };
  return places(crd.spec.versions[0].schema.openAPIV3Schema, definition.kind);
});

test('the files are the CustomResourceDefinitions, written as YAML', (t) => {
  const files = generateCrds();
  t.deepEqual(
    files.map(({ path }) => path),
    [
      'manifests/crds/tsmoby.dev_containers.yaml',
      'manifests/crds/tsmoby.dev_images.yaml',
      'manifests/crds/tsmoby.dev_volumes.yaml',
      'manifests/crds/tsmoby.dev_networks.yaml',
      'manifests/crds/tsmoby.dev_builds.yaml',
      'manifests/crds/tsmoby.dev_builders.yaml',
      'manifests/crds/tsmoby.dev_syncs.yaml',
    ],
  );
  const ours = KINDS.filter(({ builtin }) => !builtin);
  t.deepEqual(
    files.map(({ content }) => decodeYaml(content)[0]?.value),
    ours.map((definition) => JSON.parse(JSON.stringify(crdOf(definition))) as never),
  );
});

test('schemas hold only keys that an API server knows', (t) => {
  for (const { path, schema } of all) {
    t.deepEqual(
      Object.keys(schema).filter((key) => !KNOWN_KEYS.has(key)),
      [],
      path,
    );
  }
});

test('schemas are structural: a type everywhere, or int-or-string with its two alternatives', (t) => {
  for (const { path, schema } of all) {
    if (schema['x-kubernetes-int-or-string']) {
      t.is(schema.type, undefined, path);
      t.deepEqual(schema.anyOf, [{ type: 'integer' }, { type: 'string' }], path);
    } else {
      t.truthy(schema.type, path);
      t.is(schema.anyOf, undefined, path);
    }
    t.false(schema.properties !== undefined && schema.additionalProperties !== undefined, path);
  }
});

test('the keys of keyed lists are scalars that are required, or have a default', (t) => {
  const keyed = all.filter(({ schema }) => schema['x-kubernetes-list-type'] === 'map');
  t.true(keyed.length >= 5);
  for (const { path, schema } of keyed) {
    t.is(schema.items?.type, 'object', path);
    for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
      t.is(schema.items?.properties?.[key]?.type, 'string', path);
      const isAlwaysThere = schema.items?.properties?.[key]?.default !== undefined;
      t.true(isAlwaysThere || schema.items?.required?.includes(key), path);
    }
  }
});

test('every list says how it is merged, and every required field is there', (t) => {
  for (const { path, schema } of all) {
    if (schema.type === 'array') t.truthy(schema['x-kubernetes-list-type'], path);
    for (const name of schema.required ?? []) t.truthy(schema.properties?.[name], `${path}.${name}`);
  }
});

test('lists below which a rule runs are bounded, or an API server would refuse the cost of the rule', (t) => {
  const ruled = all.filter(({ path, schema }) => schema['x-kubernetes-validations'] && path.includes('[]'));
  t.true(ruled.length >= 3);
  for (const { path } of ruled) {
    const lists = all.filter(({ path: list, schema }) => schema.type === 'array' && path.startsWith(`${list}[]`));
    for (const list of lists) t.truthy(list.schema.maxItems, list.path);
  }
});

test('a computed column has no place in a CustomResourceDefinition', (t) => {
  const event = KINDS.find(({ kind }) => kind === 'Event');
  t.throws(() => event && crdOf(event), { message: /column Last Seen is computed/ });
});
