import test from 'ava';
import { createRenderer } from '../../../../controllers/sync/render/create-renderer.ts';
import type { RenderOptions } from '../../../../controllers/sync/render/types.ts';
import { configMap, fileOf, options, reading, readOf } from './files.ts';

const render = (texts: Readonly<Record<string, string | Uint8Array>>, more: Partial<RenderOptions> = {}) =>
  createRenderer().render(reading(texts), { ...options, ...more });

const messages = async (texts: Readonly<Record<string, string | Uint8Array>>): Promise<readonly string[]> =>
  (await render(texts)).problems.map(({ message }) => message);

test('every document of every file becomes an object, in order, with its place', async (t) => {
  const { objects, problems } = await render({
    'a.yaml': `# first\n---\n${configMap('one')}---\n${configMap('two')}`,
    'b.json': JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }),
  });
  t.deepEqual(problems, []);
  t.deepEqual(
    objects.map(({ object, scope, file, place }) => [object.kind, object.metadata.name, scope, file, place()]),
    [
      ['ConfigMap', 'one', 'Namespaced', 'a.yaml', 'a.yaml:3:1'],
      ['ConfigMap', 'two', 'Namespaced', 'a.yaml', 'a.yaml:8:1'],
      ['Namespace', 'n', 'Cluster', 'b.json', 'b.json:1:1'],
    ],
  );
  t.is(objects[1]?.place('metadata.name'), 'a.yaml:11:3');
  t.is(objects[1]?.place('data.nothing'), 'a.yaml:8:1');
});

test('a List is taken apart, and the places of its items are theirs', async (t) => {
  const item = (name: string): string => `  - apiVersion: v1\n    kind: Secret\n    metadata: {name: ${name}}\n`;
  const { objects } = await render({ 'l.yaml': `apiVersion: v1\nkind: List\nitems:\n${item('a')}${item('b')}` });
  t.deepEqual(
    objects.map(({ object, place }) => [object.metadata.name, place('metadata.name')]),
    [
      ['a', 'l.yaml:6:16'],
      ['b', 'l.yaml:9:16'],
    ],
  );
});

test('objects without a namespace get one, those of the cluster lose theirs', async (t) => {
  const { objects } = await render({
    'a.yaml': `${configMap('a')}---\n${configMap('b', '  namespace: own\n')}`,
    'n.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: space, namespace: x}\n',
  });
  t.deepEqual(
    objects.map(({ object }) => object.metadata.namespace),
    ['apps', 'own', undefined],
  );
});

test('what the server alone sets is left out', async (t) => {
  const { objects } = await render({
    'a.yaml': configMap(
      'a',
      '  uid: x\n  resourceVersion: "5"\n  managedFields: []\n  generateName: b-\n  labels: {k: v}\nstatus: {x: 1}\ndata: {a: b}\n',
    ),
  });
  t.deepEqual(objects[0]?.object as unknown, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'apps', labels: { k: 'v' } },
    data: { a: 'b' },
  });
});

test('paths of this machine count from the directory of their file', async (t) => {
  const build =
    'apiVersion: tsmoby.dev/v1alpha1\nkind: Build\nmetadata: {name: b}\nspec: {context: {directory: {path: ../src}}}\n';
  const { objects } = await render({ 'apps/web/b.yaml': build });
  t.like(objects[0]?.object, { spec: { context: { directory: { path: '/repo/apps/src' } } } });
});

test('the digest does not know the order of fields, but every value', async (t) => {
  const digest = async (text: string): Promise<string | undefined> =>
    (await render({ 'a.yaml': text })).objects[0]?.digest;
  const one = await digest(configMap('a', 'data: {a: "1", b: "2"}\n'));
  t.is(await digest(`data: {b: "2", a: "1"}\n${configMap('a')}`), one);
  t.not(await digest(configMap('a', 'data: {a: "1", b: "3"}\n')), one);
});

test('a file that cannot be read stops only its own objects', async (t) => {
  const { objects, problems, spoiled } = await render({
    'a.yaml': configMap('a'),
    'b.yaml': `${configMap('b')}x: [1,\n`,
    'c.yaml': Uint8Array.of(0x61, 0x3a, 0xff),
  });
  t.deepEqual(
    objects.map(({ object }) => object.metadata.name),
    ['a'],
  );
  t.deepEqual([...spoiled], ['b.yaml', 'c.yaml']);
  t.regex(problems[0]?.message ?? '', /^b\.yaml:\d+:\d+: /);
  t.is(problems[1]?.message, 'c.yaml:1:3: the text is not UTF-8 (byte 0xff)');
});

test('an object that is wrong stops only itself, and says where', async (t) => {
  const { objects, spoiled } = await render({ 'a.yaml': `${configMap('a')}---\nkind: ConfigMap\n` });
  t.is(objects.length, 1);
  t.true(spoiled.has('a.yaml'));
  t.deepEqual(
    await messages({
      '1.yaml': 'just text\n',
      '2.yaml': 'kind: X\n',
      '3.yaml': 'apiVersion: v1\n',
      '4.yaml': 'apiVersion: v1\nkind: Secret\n',
      '5.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: 5}\n',
      '6.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {generateName: a-}\n',
      '7.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: 1}\n',
      '8.yaml': `${configMap('a')}data:\n  k: 1\n  k: 2\n`,
      '9.yaml': '- 1\n',
    }),
    [
      '1.yaml:1:1: an object with apiVersion, kind and metadata must stand here',
      '2.yaml:1:1: apiVersion is missing',
      '3.yaml:1:1: kind is missing: which kind of v1 is it?',
      '4.yaml:1:1: metadata.name is missing: every object needs a name',
      '5.yaml:3:12: metadata.name must be text (put it in quotes)',
      '6.yaml:3:12: a Sync finds its objects by name: write metadata.name, not generateName',
      '7.yaml:3:21: metadata.namespace must be text (put it in quotes)',
      '8.yaml:7:3: duplicate field "data.k"',
      '9.yaml:1:1: an object with apiVersion, kind and metadata must stand here',
    ],
  );
});

test('an unknown kind waits for its definition', async (t) => {
  const renderer = createRenderer();
  const thing = fileOf('a.yaml', 'apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: a}\n');
  const read = readOf(thing, fileOf('b.yaml', configMap('b')));
  const first = await renderer.render(read, options);
  t.is(first.objects.length, 1);
  t.like(first.problems[0], { path: 'a.yaml', heals: true });
  t.regex(first.problems[0]?.message ?? '', /^a\.yaml:2:1: no matches for kind "Thing" in version "x\.io\/v1"/);
  const served = await renderer.render(read, { ...options, scopeOf: (ref) => options.scopeOf(ref) ?? 'Cluster' });
  t.deepEqual(served.problems, []);
  t.is(served.objects[0]?.scope, 'Cluster');
});

test('a definition among the files is enough', async (t) => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.x.io}
spec:
  group: x.io
  scope: Namespaced
  names: {kind: Thing}
  versions: [{name: v1, served: true}, {name: v0, served: false}]
`;
  const thing = (version: string): string => `apiVersion: x.io/${version}\nkind: Thing\nmetadata: {name: a}\n`;
  const { objects, problems } = await render({ 'a.yaml': thing('v1'), 'b.yaml': thing('v0'), 'z.yaml': definition });
  t.deepEqual(
    objects.map(({ object }) => object.metadata.namespace),
    ['apps', undefined],
  );
  t.deepEqual(
    problems.map(({ path }) => path),
    ['b.yaml'],
  );
});

test('of two objects with one identity neither is taken, and both places are told', async (t) => {
  const { objects, problems, spoiled } = await render({
    'a.yaml': configMap('a'),
    'b.yaml': `${configMap('a', '  namespace: apps\n')}---\n${configMap('a', '  namespace: other\n')}`,
  });
  t.is(objects.length, 1);
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      'a.yaml:4:3: ConfigMap a in namespace apps stands twice: also at b.yaml:4:3',
      'b.yaml:4:3: ConfigMap a in namespace apps stands twice: also at a.yaml:4:3',
    ],
  );
  t.deepEqual([...spoiled], ['a.yaml', 'b.yaml']);
});

test('problems of the files are problems of the render', async (t) => {
  const problem = { path: 'x.yaml', message: 'x.yaml:1:1: half written', heals: true };
  const { problems, spoiled } = await createRenderer().render({ ...reading({}), problems: [problem] }, options);
  t.deepEqual(problems, [problem]);
  t.true(spoiled.has('x.yaml'));
});

test('the very same objects come back as long as nothing changed', async (t) => {
  const renderer = createRenderer();
  const [a, b] = [fileOf('a.yaml', configMap('a')), fileOf('b.yaml', configMap('b'))];
  const first = await renderer.render(readOf(a, b), options);
  const second = await renderer.render(readOf(a, fileOf('b.yaml', configMap('c'))), options);
  t.is(second.objects[0], first.objects[0]);
  t.not(second.digest, first.digest);
  const third = await renderer.render(readOf(a, b), options);
  t.is(third.objects[1], first.objects[1]);
  t.is(third.digest, first.digest);
  const elsewhere = await renderer.render(readOf(a, b), { ...options, namespace: 'other' });
  t.is(elsewhere.objects[0]?.object.metadata.namespace, 'other');
  t.not(elsewhere.digest, first.digest);
});

test('nobody waits for a render that was called off', async (t) => {
  await t.throwsAsync(createRenderer().render(reading({ 'a.yaml': configMap('a') }), options, AbortSignal.abort()), {
    name: 'AbortError',
  });
});
