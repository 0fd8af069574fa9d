import test from 'ava';
import type { Container } from '../../schemas/gen/types.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import {
  apiVersionOf,
  findByGroupVersionKind,
  findByKindRef,
  findByResource,
  findByTypedName,
  KINDS,
  kindRefOf,
  kindsOfCategory,
  parseApiVersion,
} from '../../schemas/kinds.ts';
import type { KubeObject } from '../../schemas/object.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

const names = (kinds: readonly KindDefinition[]): string[] => kinds.map((kind) => kind.kind);
const kind = (typed: string): KindDefinition => findByTypedName(typed) as KindDefinition;

test('the table holds every kind once, under one resource name', (t) => {
  t.deepEqual(names(KINDS), [
    'Namespace',
    'ConfigMap',
    'Secret',
    'Event',
    'Lease',
    'ControllerRevision',
    'CustomResourceDefinition',
    'Container',
    'Image',
    'Volume',
    'Network',
    'Build',
    'Builder',
    'Sync',
  ]);
  t.is(new Set(KINDS.map((row) => `${row.plural}.${row.group}`)).size, KINDS.length);
  for (const row of KINDS) {
    t.is(row.listKind, `${row.kind}List`);
    t.is(row.singular, row.kind.toLowerCase());
    t.is(row.schema.type, 'object');
    t.deepEqual(row.schema.properties?.['metadata'], { type: 'object' });
  }
});

test('no short name stands for two kinds', (t) => {
  const shortNames = KINDS.flatMap((row) => row.shortNames);
  t.is(new Set(shortNames).size, shortNames.length);
});

test('an apiVersion has no slash in the core group and one elsewhere', (t) => {
  t.is(apiVersionOf(kind('secret')), 'v1');
  t.is(apiVersionOf(kind('lease')), 'coordination.k8s.io/v1');
  t.deepEqual(parseApiVersion('v1'), { group: '', version: 'v1' });
  t.deepEqual(parseApiVersion('tsmoby.dev/v1alpha1'), { group: 'tsmoby.dev', version: 'v1alpha1' });
  for (const wrong of ['', '/', 'a/', '/v1', 'a/b/c']) t.is(parseApiVersion(wrong), undefined);
});

test('every kind is found by its reference, its group version kind and its resource', (t) => {
  for (const row of KINDS) {
    t.is(findByKindRef(kindRefOf(row)), row);
    t.is(findByGroupVersionKind(row), row);
    t.is(findByResource(row), row);
  }
  t.is(findByKindRef({ apiVersion: 'v1', kind: 'Container' }), undefined);
  t.is(findByResource({ group: '', plural: 'containers' }), undefined);
});

for (const [typed, expected] of [
  ['containers', 'Container'],
  ['container', 'Container'],
  ['Container', 'Container'],
  ['ctr', 'Container'],
  ['containers.tsmoby.dev', 'Container'],
  ['ctr.v1alpha1.tsmoby.dev', 'Container'],
  ['cm', 'ConfigMap'],
  ['configmaps.v1', 'ConfigMap'],
  ['ns', 'Namespace'],
  ['leases.v1.coordination.k8s.io', 'Lease'],
] as const) {
  test(`a person who types ${typed} means ${expected}`, (t) => {
    t.is(findByTypedName(typed)?.kind, expected);
  });
}

test('a typed name of another group, or of no kind, finds nothing', (t) => {
  for (const typed of ['containers.apps', 'pods', '', '.', 'constructor', 'secrets.v2']) {
    t.is(findByTypedName(typed), undefined);
  }
});

test('a plural name goes before a short name', (t) => {
  const other: KindDefinition = { ...kind('volume'), kind: 'Ctr', plural: 'ctr', singular: 'ctr', shortNames: [] };
  t.is(findByTypedName('ctr', [...KINDS, other]), other);
});

test('category all holds our kinds and none of the core', (t) => {
  t.deepEqual(names(kindsOfCategory('all')), ['Container', 'Image', 'Volume', 'Network', 'Build']);
});

const cells = (row: KindDefinition, object: object): Record<string, unknown> =>
  Object.fromEntries(
    row.columns.flatMap((column) =>
      column.compute || column.computeAt
        ? [[column.name, (column.computeAt ?? column.compute)?.(object as KubeObject, NOW)]]
        : [],
    ),
  );

test('the core kinds have the columns of a real API server', (t) => {
  const shown = (typed: string): string[] =>
    kind(typed).columns.map((column) => (column.priority ? `(${column.name})` : column.name));
  t.deepEqual(shown('cm'), ['Data', 'Age']);
  t.deepEqual(shown('secret'), ['Type', 'Data', 'Age']);
  t.deepEqual(shown('ns'), ['Status', 'Age']);
  t.deepEqual(shown('lease'), ['Holder', 'Age']);
  t.deepEqual(shown('controllerrevision'), ['Controller', 'Revision', 'Age']);
  t.is(
    shown('ev').join(', '),
    'Last Seen, Type, Reason, Object, (Subobject), (Source), Message, (First Seen), (Count), (Name)',
  );
});

test('Data counts the keys', (t) => {
  t.deepEqual(cells(kind('cm'), { metadata, data: { a: '', b: '' }, binaryData: { c: '' } }), { Data: 3 });
  t.deepEqual(cells(kind('cm'), { metadata }), { Data: 0 });
  t.deepEqual(cells(kind('secret'), { metadata, data: { a: '' } }), { Data: 1 });
});

test('an Event of the old form shows its first and last time and its source', (t) => {
  t.deepEqual(
    cells(kind('event'), {
      metadata,
      involvedObject: { kind: 'Container', name: 'web' },
      source: { component: 'container', host: 'node' },
      firstTimestamp: '2026-01-01T00:30:00Z',
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 3,
      message: ' hello \n',
    }),
    {
      'Last Seen': '60s',
      Object: 'container/web',
      Subobject: '',
      Source: 'container, node',
      Message: 'hello',
      'First Seen': '30m',
      Count: 3,
    },
  );
});

test('an Event of the new form shows its series and its reporter', (t) => {
  t.deepEqual(
    cells(kind('event'), {
      metadata,
      involvedObject: { name: 'web' },
      reportingComponent: 'container',
      eventTime: '2026-01-01T00:58:00.000000Z',
      firstTimestamp: null,
      series: { count: 7, lastObservedTime: '2026-01-01T00:59:50.000000Z' },
    }),
    {
      'Last Seen': '10s',
      Object: '/web',
      Subobject: '',
      Source: 'container',
      Message: '',
      'First Seen': '2m',
      Count: 7,
    },
  );
});

test('an empty Event has cells all the same', (t) => {
  t.deepEqual(cells(kind('event'), { metadata }), {
    'Last Seen': '<unknown>',
    Object: '',
    Subobject: '',
    Source: '',
    Message: '',
    'First Seen': '<unknown>',
    Count: 1,
  });
});

test('generated types fit what people write', (t) => {
  const web: Container = {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata,
    spec: { image: 'busybox', securityContext: { runAsUser: 'nobody' }, resources: { limits: { cpu: 1 } } },
  };
  t.is(web.spec.image, 'busybox');
});
