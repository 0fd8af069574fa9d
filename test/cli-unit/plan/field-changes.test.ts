import test from 'ava';
import { fieldChanges } from '../../../cli/plan/field-changes.ts';
import { maskedChanges } from '../../../cli/plan/mask-secrets.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';

const object = (kind: string, content: JsonObject, metadata: JsonObject = {}): KubeObject =>
  ({
    apiVersion: kind === 'Container' ? 'tsmoby.dev/v1alpha1' : kind === 'Gear' ? 'example.com/v1' : 'v1',
    kind,
    metadata: { name: 'a', namespace: 'default', ...metadata },
    ...content,
  }) as unknown as KubeObject;

const container = (spec: JsonObject): KubeObject => object('Container', { spec: { image: 'i', ...spec } });
const gear = (spec: JsonObject): KubeObject => object('Gear', { spec });

/** `path: before -> after` */
const lines = (before: KubeObject | undefined, after: KubeObject | undefined, changes = fieldChanges) =>
  changes(before, after).map(
    ({ path, before: old, after: next }) => `${path}: ${JSON.stringify(old) ?? '-'} -> ${JSON.stringify(next) ?? '-'}`,
  );

for (const [title, before, after, expected] of [
  ['a value', container({ tty: true }), container({ tty: false }), ['spec.tty: true -> false']],
  ['one that was not there', container({}), container({ tty: true }), ['spec.tty: - -> true']],
  ['one that goes', container({ tty: true }), container({}), ['spec.tty: true -> -']],
  [
    'one below',
    container({ resources: { limits: { cpu: '1' } } }),
    container({ resources: { limits: { cpu: '2' } } }),
    ['spec.resources.limits.cpu: "1" -> "2"'],
  ],
  [
    'a whole list, where its items have no keys',
    container({ command: ['a', 'b'] }),
    container({ command: ['a', 'c'] }),
    ['spec.command: ["a","b"] -> ["a","c"]'],
  ],
  [
    'an item of a keyed list, by its keys in whatever order',
    container({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '1' },
      ],
    }),
    container({
      env: [
        { name: 'B', value: '1' },
        { name: 'A', value: '2' },
        { name: 'C', value: '3' },
      ],
    }),
    ['spec.env[name=A].value: "1" -> "2"', 'spec.env[name=C]: - -> {"name":"C","value":"3"}'],
  ],
  [
    'an item under the keys that its schema names',
    container({ volumeMounts: [{ name: 'a', mountPath: '/data/x' }] }),
    container({ volumeMounts: [{ name: 'b', mountPath: '/data/x' }] }),
    ['spec.volumeMounts[mountPath=/data/x].name: "a" -> "b"'],
  ],
  [
    'a keyed list whose order alone differs, as a whole',
    container({ env: [{ name: 'A' }, { name: 'B' }] }),
    container({ env: [{ name: 'B' }, { name: 'A' }] }),
    ['spec.env: [{"name":"A"},{"name":"B"}] -> [{"name":"B"},{"name":"A"}]'],
  ],
  [
    'items with names, of kinds that only the server knows',
    gear({ teeth: [{ name: 'x', n: 1 }] }),
    gear({ teeth: [{ name: 'x', n: 2 }] }),
    ['spec.teeth[name=x].n: 1 -> 2'],
  ],
  [
    'a whole list of such a kind, where names stand twice',
    gear({
      teeth: [
        { name: 'x', n: 1 },
        { name: 'x', n: 3 },
      ],
    }),
    gear({ teeth: [{ name: 'x', n: 2 }] }),
    ['spec.teeth: [{"name":"x","n":1},{"name":"x","n":3}] -> [{"name":"x","n":2}]'],
  ],
  [
    'keys that are no words, in brackets',
    object('ConfigMap', { data: { 'app.conf': '1', __proto__x: '1' } }),
    object('ConfigMap', { data: { 'app.conf': '2', __proto__x: '1' } }, { annotations: { 'example.com/a': 'b' } }),
    ['data[app.conf]: "1" -> "2"', 'metadata.annotations: - -> {"example.com/a":"b"}'],
  ],
] as const)
  test(`a difference is told with its path: ${title}`, (t) => {
    t.deepEqual(lines(before, after), [...expected]);
    t.deepEqual(lines(before, before), []);
  });

test('what the server keeps of an object is no difference', (t) => {
  const kept = { uid: 'x', resourceVersion: '1', generation: 1, creationTimestamp: 'now', managedFields: [{}] };
  t.deepEqual(lines(object('ConfigMap', {}, kept), object('ConfigMap', {})), []);
});

test('a new object is told by its parts, one that goes likewise', (t) => {
  const whole = object('ConfigMap', { data: { a: '1' } }, { labels: { b: 'c' } });
  t.deepEqual(lines(undefined, whole), ['data: - -> {"a":"1"}', 'metadata.labels: - -> {"b":"c"}']);
  t.deepEqual(lines(whole, undefined), ['data: {"a":"1"} -> -', 'metadata.labels: {"b":"c"} -> -']);
});

test('values of Secrets are stars, wherever they stand', (t) => {
  const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
  const secret = (data: JsonObject, more: JsonObject = {}, annotations: JsonObject = {}) =>
    object('Secret', { data, ...more }, { annotations });
  const before = secret({ a: 'one', b: 'same' }, {}, { [LAST]: 'one', x: '1' });
  const after = secret(
    { a: 'two', b: 'same', c: 'two' },
    { type: 'T', stringData: { d: 'two' } },
    { [LAST]: 'two', x: '2' },
  );
  t.deepEqual(lines(before, after, maskedChanges), [
    'data.a: "***" -> "***"',
    'data.c: - -> "***"',
    `metadata.annotations[${LAST}]: "***" -> "***"`,
    'metadata.annotations.x: "1" -> "2"',
    'stringData: - -> {"d":"***"}',
    'type: - -> "T"',
  ]);
  t.notRegex(JSON.stringify([maskedChanges(undefined, after), maskedChanges(after, undefined)]), /two/);
});
