import test from 'ava';
import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import { KINDS } from '../../../schemas/kinds.ts';
import {
  documentHash,
  documentText,
  groupVersionPath,
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
} from '../../../schemas/openapi/documents.ts';
import { modelName } from '../../../schemas/openapi/model-names.ts';

interface Tree {
  readonly [key: string]: Tree;
}

const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const OURS = { group: 'tsmoby.dev', version: 'v1alpha1' };
const v3 = openApiV3Document(OURS, KINDS) as unknown as Tree;
const core = openApiV3Document({ group: '', version: 'v1' }, KINDS) as unknown as Tree;
const v2 = openApiV2Document(KINDS) as unknown as Tree;

/** Every value of `key` anywhere in a document. */
function collect(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => collect(item, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [...(name === key ? [child] : []), ...collect(child, key)]);
}

for (const [name, document] of [
  ['v3 of our group', v3],
  ['v3 of the core', core],
  ['v2', v2],
] as const) {
  test(`every reference in ${name} leads somewhere in the same document`, (t) => {
    const refs = collect(document, '$ref').filter((ref) => typeof ref === 'string');
    t.true(refs.length > 20);
    for (const ref of new Set(refs)) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<Tree | undefined>((tree, part) => tree?.[part], document);
      t.truthy(target, ref);
    }
  });

  test(`operation ids in ${name} are unique`, (t) => {
    const ids = collect(document, 'operationId');
    t.is(new Set(ids).size, ids.length);
  });
}

test('PATCH of every kind takes fieldValidation, or kubectl would not create anything', (t) => {
  for (const document of [v3, core]) {
    const patches = (collect(document['paths'], 'patch') as readonly Tree[]).filter(
      (operation) => operation['x-kubernetes-group-version-kind'] !== undefined,
    );
    t.true(patches.length >= 4);
    for (const operation of patches) {
      const names = collect(operation['parameters'], 'name');
      for (const name of ['fieldValidation', 'dryRun', 'fieldManager', 'force']) t.true(names.includes(name), name);
    }
  }
});

test('operations name their kind as an object and schemas as a list', (t) => {
  const gvk = { group: 'tsmoby.dev', kind: 'Container', version: 'v1alpha1' };
  const path = v3['paths']?.['/apis/tsmoby.dev/v1alpha1/namespaces/{namespace}/containers/{name}'];
  t.deepEqual(path?.['patch']?.['x-kubernetes-group-version-kind'], gvk as unknown as Tree);
  const schema = v3['components']?.['schemas']?.['dev.tsmoby.v1alpha1.Container'];
  t.deepEqual(schema?.['x-kubernetes-group-version-kind'], [gvk] as unknown as Tree);
});

test('metadata refers to ObjectMeta, wrapped because a description stands beside it', (t) => {
  const properties = v3['components']?.['schemas']?.['dev.tsmoby.v1alpha1.Container']?.['properties'];
  t.deepEqual(properties?.['metadata']?.['allOf'], [
    { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
  ] as unknown as Tree);
  t.truthy(properties?.['spec']?.['properties']?.['image']);
  t.truthy(properties?.['apiVersion']);
});

test('each kind has its collection, its items, its list over all namespaces and its subresources', (t) => {
  const root = '/apis/tsmoby.dev/v1alpha1';
  const ofVolumes = Object.keys(v3['paths'] ?? {}).filter((path) => path.includes('volumes'));
  t.deepEqual(ofVolumes, [
    `${root}/namespaces/{namespace}/volumes`,
    `${root}/namespaces/{namespace}/volumes/{name}`,
    `${root}/namespaces/{namespace}/volumes/{name}/status`,
    `${root}/volumes`,
  ]);
  t.deepEqual(Object.keys(core['paths']?.['/api/v1/namespaces'] ?? {}), ['get', 'post', 'parameters']);
  t.deepEqual(Object.keys(core['paths']?.['/api/v1/namespaces/{name}/status'] ?? {}), [
    'get',
    'put',
    'patch',
    'parameters',
  ]);
});

test('a document holds the kinds of its group version only', (t) => {
  const names = Object.keys(core['components']?.['schemas'] ?? {});
  t.true(names.includes('io.k8s.api.core.v1.Event'));
  t.false(names.some((name) => name.includes('tsmoby')));
});

test('version 2 has no words that Swagger 2.0 does not know, and says how lists are patched', (t) => {
  const { [`${EXTENSIONS}.JSONSchemaProps`]: _aboutTheseWords, ...definitions } = v2['definitions'] ?? {};
  for (const key of ['nullable', 'anyOf', 'oneOf', 'requestBody']) {
    t.deepEqual(collect({ ...v2, definitions }, key), [], key);
  }
  // Elsewhere it is the name of a field of ours.
  t.deepEqual(collect(v2['paths'], 'content'), []);
  const meta = v2['definitions']?.['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']?.['properties'];
  t.is(meta?.['finalizers']?.['x-kubernetes-patch-strategy'], 'merge' as unknown as Tree);
  t.is(meta?.['ownerReferences']?.['x-kubernetes-patch-merge-key'], 'uid' as unknown as Tree);
});

for (const [group, version, kind, name] of [
  ['', 'v1', 'ConfigMap', 'io.k8s.api.core.v1.ConfigMap'],
  ['apps', 'v1', 'Deployment', 'io.k8s.api.apps.v1.Deployment'],
  ['coordination.k8s.io', 'v1', 'Lease', 'io.k8s.api.coordination.v1.Lease'],
  ['tsmoby.dev', 'v1alpha1', 'Image', 'dev.tsmoby.v1alpha1.Image'],
  ['a.b.example.com', 'v2', 'X', 'com.example.b.a.v2.X'],
] as const) {
  test(`${kind} of group "${group}" is called ${name}`, (t) => {
    t.is(modelName({ group, version, kind }), name);
  });
}

test('the index leads to each document by its hash, and the hash moves with any change', (t) => {
  const path = groupVersionPath(OURS);
  t.is(path, 'apis/tsmoby.dev/v1alpha1');
  t.is(groupVersionPath({ group: '', version: 'v1' }), 'api/v1');
  const hash = documentHash(JSON.stringify(v3));
  t.regex(hash, /^[0-9A-F]{128}$/);
  t.deepEqual(openApiV3Index(new Map([[path, hash]])) as unknown, {
    paths: { [path]: { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` } },
  });
  const changed = KINDS.map((kind): KindDefinition => ({ ...kind, schema: { ...kind.schema, description: 'new' } }));
  t.not(documentHash(JSON.stringify(openApiV3Document(OURS, changed))), hash);
});

test('a kind that arrives at run time is served like ours', (t) => {
  const widget: KindDefinition = {
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    listKind: 'WidgetList',
    plural: 'widgets',
    singular: 'widget',
    shortNames: [],
    categories: [],
    scope: 'Cluster',
    subresources: [],
    columns: [],
    selectableFields: [],
    builtin: false,
    schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { ['constructor' as string]: { type: 'string', nullable: true } } },
      },
    },
  };
  const document = openApiV3Document({ group: 'example.com', version: 'v1' }, [...KINDS, widget]) as unknown as Tree;
  t.deepEqual(Object.keys(document['paths'] ?? {}), [
    '/apis/example.com/v1/widgets',
    '/apis/example.com/v1/widgets/{name}',
  ]);
  const spec = document['components']?.['schemas']?.['com.example.v1.Widget']?.['properties']?.['spec'];
  t.deepEqual(spec?.['properties']?.['constructor'], { type: 'string', nullable: true } as unknown as Tree);
});

for (const flavor of ['v2', 'v3'] as const) {
  test(`the ${flavor} text that comes in pieces is the document`, (t) => {
    const whole = flavor === 'v2' ? openApiV2Document(KINDS) : openApiV3Document(OURS, KINDS);
    const kinds =
      flavor === 'v2' ? KINDS : KINDS.filter(({ group, version }) => group === OURS.group && version === OURS.version);
    const pieces = [...documentText(kinds, flavor)];
    t.true(pieces.length > 2 * kinds.length);
    t.deepEqual(JSON.parse(pieces.join('')), JSON.parse(JSON.stringify(whole)));
    t.deepEqual(
      JSON.parse([...documentText([], flavor)].join('')),
      JSON.parse(JSON.stringify(flavor === 'v2' ? openApiV2Document([]) : openApiV3Document(OURS, []))),
    );
  });
}
