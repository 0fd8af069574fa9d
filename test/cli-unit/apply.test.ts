import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import type { Image } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { openCliWorld } from './world.ts';

const CONFIG = (name: string, data = 'a: "1"'): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data: {${data}}
`;

test('apply says created, then unchanged, then configured', async (t) => {
  await using world = await openCliWorld();
  const apply = (text: string) => world.tsmoby(['apply', '-f', '-'], { stdin: text });
  t.deepEqual(await apply(CONFIG('a')), { code: 0, stdout: 'configmap/a created\n', stderr: '' });
  t.deepEqual(await apply(CONFIG('a')), { code: 0, stdout: 'configmap/a unchanged\n', stderr: '' });
  t.deepEqual(await apply(CONFIG('a', 'a: "2"')), { code: 0, stdout: 'configmap/a configured\n', stderr: '' });
});

test('apply says what becomes of a container that runs, where something does', async (t) => {
  await using world = await openCliWorld();
  const apply = async (spec: string, ...flags: readonly string[]): Promise<string> => {
    const stdin = `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: web${flags.includes('-l') ? ', labels: {a: b}' : ''}}\nspec: {${spec}}\n`;
    const line = ['apply', '-f', '-', ...flags.filter((flag) => flag !== '-l')];
    return (await world.tsmoby(line, { stdin })).stdout.trim().replace('container.tsmoby.dev/web ', '');
  };
  t.is(await apply('image: a'), 'created');
  t.is(await apply('image: a'), 'unchanged');
  t.is(
    await apply('image: b', '--dry-run=server'),
    'configured - replaced if the image is another one (spec.image) (server dry run)',
  );
  t.is(await apply('image: b, tty: true'), 'configured - replaced (spec.image, spec.tty)');
  t.is(
    await apply('image: b, tty: true, terminationGracePeriodSeconds: 3'),
    'configured - changed in place (spec.terminationGracePeriodSeconds)',
  );
  t.is(
    await apply('image: c, tty: true, paused: true'),
    'configured - not touched while spec.paused is set, then replaced if the image is another one (spec.image)',
  );
  t.is(await apply('image: c, tty: true, paused: true', '-l'), 'configured');
  t.is(await apply('image: d', '-o', 'name'), 'container.tsmoby.dev/web');
});

test('a namespace that is nothing but a name is unchanged the second time', async (t) => {
  await using world = await openCliWorld();
  const space = { stdin: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' };
  t.is((await world.tsmoby(['apply', '-f', '-'], space)).stdout, 'namespace/shop created\n');
  t.is((await world.tsmoby(['apply', '-f', '-'], space)).stdout, 'namespace/shop unchanged\n');
});

test('many objects of one kind are told apart as well, in the order of the file', async (t) => {
  await using world = await openCliWorld();
  const names = ['d', 'c', 'b', 'a', 'e'];
  const text = (data?: string) => names.map((name) => CONFIG(name, name === 'b' ? data : undefined)).join('---\n');
  const first = await world.tsmoby(['apply', '-f', '-'], { stdin: text() });
  t.is(first.stdout, names.map((name) => `configmap/${name} created\n`).join(''));
  const second = await world.tsmoby(['apply', '-f', '-'], { stdin: text('b: "2"') });
  const said = names.map((name) => `configmap/${name} ${name === 'b' ? 'configured' : 'unchanged'}\n`);
  t.is(second.stdout, said.join(''));
});

test('a namespace that stands behind its objects is made before them', async (t) => {
  await using world = await openCliWorld();
  const text = `${CONFIG('a').replace('name: a', 'name: a\n  namespace: shop')}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`;
  const run = await world.tsmoby(['apply', '-f', '-'], { stdin: text });
  t.deepEqual(run, { code: 0, stdout: 'configmap/a created\nnamespace/shop created\n', stderr: '' });
});

test('every mistake of every document is told with its place, and nothing is sent', async (t) => {
  await using world = await openCliWorld();
  await writeFile(
    join(world.directory, 'bad.yaml'),
    `${CONFIG('good')}---
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata:
  name: web
spec:
  imgae: busybox
  hostNetwork: "yes"
---
apiVersion: tsmoby.dev/v1alpha1
kind: Contaner
metadata: {name: x}
---
apiVersion: v1
kind: ConfigMap
metadata:
  labels: {a: b}
---
kind: Secret
metadata: {name: s}
`,
  );
  const run = await world.tsmoby(['apply', '-f', 'bad.yaml']);
  t.is(run.code, 1);
  t.is(run.stdout, '');
  t.deepEqual(run.stderr.trimEnd().split('\n'), [
    'error: bad.yaml:12:3: container.tsmoby.dev/web: unknown field "spec.imgae", did you mean "image"?',
    'error: bad.yaml:13:3: container.tsmoby.dev/web: spec.hostNetwork: Invalid value: "string": spec.hostNetwork in body must be of type boolean: "string"',
    'error: bad.yaml:16:1: no matches for kind "Contaner" in version "tsmoby.dev/v1alpha1"; did you mean "Container"?',
    'error: bad.yaml:21:1: metadata.name is missing: every object needs a name',
    'error: bad.yaml:24:1: apiVersion is missing: for Secret it is v1',
  ]);
  t.is((await world.tsmoby(['get', 'cm', 'good'])).code, 1);
});

test('broken text is told with file, line and column', async (t) => {
  await using world = await openCliWorld();
  await writeFile(join(world.directory, 'tab.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n');
  await writeFile(
    join(world.directory, 'twice.json'),
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"}}',
  );
  const tab = await world.tsmoby(['apply', '-f', 'tab.yaml']);
  t.deepEqual(tab, { code: 1, stdout: '', stderr: 'error: tab.yaml:4:1: a tab is used for indentation; use spaces\n' });
  const twice = await world.tsmoby(['apply', '-f', 'twice.json']);
  t.is(twice.stderr, 'error: twice.json:1:62: configmap/b: duplicate field "metadata.name"\n');
});

test('two objects with one identity are refused with both places', async (t) => {
  await using world = await openCliWorld();
  await writeFile(join(world.directory, 'a.yaml'), CONFIG('same'));
  await writeFile(join(world.directory, 'b.yml'), `# later\n${CONFIG('same')}`);
  const run = await world.tsmoby(['apply', '-f', '.']);
  t.is(run.stderr, 'error: b.yml:5:3: configmap/same in namespace default stands twice: first at a.yaml:4:3\n');
});

test('the same name in two namespaces is no double', async (t) => {
  await using world = await openCliWorld();
  const other = CONFIG('same').replace('name: same', 'name: same\n  namespace: kube-public');
  const run = await world.tsmoby(['apply', '-f', '-'], { stdin: `${CONFIG('same')}---\n${other}` });
  t.is(run.stdout, 'configmap/same created\nconfigmap/same created\n');
});

test('a refusal of the server is told with its place, and does not stop the others', async (t) => {
  await using world = await openCliWorld();
  const container = 'apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: c}\nspec: {}\n';
  const lost = CONFIG('lost').replace('name: lost', 'name: lost\n  namespace: nowhere');
  const run = await world.tsmoby(['apply', '-f', '-'], { stdin: [container, lost, CONFIG('fine')].join('---\n') });
  t.is(run.code, 1);
  t.is(run.stdout, 'configmap/fine created\n');
  t.deepEqual(run.stderr.trimEnd().split('\n'), [
    'STDIN:4:1: The Container "c" is invalid: spec.image: Required value: give image or imageFrom, and not both',
    'Error from server (NotFound): STDIN:6:1: configmap/lost: namespaces "nowhere" not found; make it first: tsmoby create namespace nowhere',
  ]);
});

test('a field of somebody else is a conflict, and --force-conflicts takes it', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a') });
  await world.tsmoby(['patch', 'cm', 'a', '-p', '{"data":{"a":"mine"}}']);
  const refused = await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a') });
  t.is(refused.code, 1);
  t.regex(
    refused.stderr,
    /^STDIN:1:1: configmap\/a: Apply failed with 1 conflict: conflict with "tsmoby-patch" .*\.data\.a\n.*--force-conflicts/,
  );
  const forced = await world.tsmoby(['apply', '--force-conflicts', '-f', '-'], { stdin: CONFIG('a') });
  t.deepEqual(forced, { code: 0, stdout: 'configmap/a configured\n', stderr: '' });
});

test('--dry-run=server stores nothing, and says so', async (t) => {
  await using world = await openCliWorld();
  const run = await world.tsmoby(['apply', '--dry-run=server', '-f', '-'], { stdin: CONFIG('a') });
  t.is(run.stdout, 'configmap/a created (server dry run)\n');
  t.is((await world.tsmoby(['get', 'cm', 'a'])).code, 1);
});

test('--dry-run=server says what would be another one, of kinds with a generation and without', async (t) => {
  await using world = await openCliWorld();
  const container = (image: string): string =>
    `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: c}\nspec: {image: ${image}}\n`;
  const files = (data: string, image: string): string =>
    [CONFIG('a', data), ...['b', 'c', 'd'].map((name) => CONFIG(name)), container(image)].join('---\n');
  await world.tsmoby(['apply', '-f', '-'], { stdin: files('a: "1"', 'x') });
  const line = ['apply', '--dry-run=server', '-f', '-'];
  const same = await world.tsmoby(line, { stdin: files('a: "1"', 'x') });
  t.is(
    same.stdout.replaceAll(/ \(server dry run\)/g, ''),
    'configmap/a unchanged\nconfigmap/b unchanged\nconfigmap/c unchanged\nconfigmap/d unchanged\ncontainer.tsmoby.dev/c unchanged\n',
  );
  const other = await world.tsmoby(line, { stdin: files('a: "2"', 'z') });
  t.is(
    other.stdout.replaceAll(/ \(server dry run\)/g, ''),
    'configmap/a configured\nconfigmap/b unchanged\nconfigmap/c unchanged\nconfigmap/d unchanged\ncontainer.tsmoby.dev/c configured - replaced if the image is another one (spec.image)\n',
  );
});

test("an image's relative archive path counts from the directory of its file", async (t) => {
  await using world = await openCliWorld();
  await mkdir(join(world.directory, 'deep'));
  const image =
    'apiVersion: tsmoby.dev/v1alpha1\nkind: Image\nmetadata: {name: i}\nspec: {reference: x, archive: {path: ../x.tar}}\n';
  await writeFile(join(world.directory, 'deep', 'image.yaml'), image);
  t.is((await world.tsmoby(['apply', '-R', '-f', '.'])).stdout, 'image.tsmoby.dev/i created\n');
  const stored = await world.api.plainClient().get<Image & KubeObject>({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Image',
    namespace: 'default',
    name: 'i',
  });
  t.is(stored.spec.archive?.path, join(world.directory, 'x.tar'));
});

test('a manifest can come from a URL, and a missing one is explained', async (t) => {
  await using world = await openCliWorld();
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/a.yaml' ? 200 : 404;
    response.end(request.url === '/a.yaml' ? CONFIG('a') : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    t.is((await world.tsmoby(['apply', '-f', `${base}/a.yaml`])).stdout, 'configmap/a created\n');
    const missing = await world.tsmoby(['apply', '-f', `${base}/b.yaml`]);
    t.is(missing.stderr, `error: unable to read URL "${base}/b.yaml", server reported Not Found, status code=404\n`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a List is taken apart, and its items keep their places', async (t) => {
  await using world = await openCliWorld();
  const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: b}
  dta: {}
`;
  const wrong = await world.tsmoby(['apply', '-f', '-'], { stdin: list });
  t.is(wrong.stderr, 'error: STDIN:10:3: configmap/b: unknown field "dta", did you mean "data"?\n');
  const right = await world.tsmoby(['apply', '-f', '-', '-o', 'name'], { stdin: list.replace('dta', 'data') });
  t.is(right.stdout, 'configmap/a\nconfigmap/b\n');
});

test('--namespace must not contradict the manifest', async (t) => {
  await using world = await openCliWorld();
  const text = CONFIG('a').replace('name: a', 'name: a\n  namespace: shop');
  const run = await world.tsmoby(['apply', '-n', 'other', '-f', '-'], { stdin: text });
  t.is(
    run.stderr,
    `error: STDIN:5:3: the namespace from the provided object "shop" does not match the namespace "other". You must pass '--namespace=shop' to perform this operation.\n`,
  );
});

test('files that are not there, hold nothing or are none are explained', async (t) => {
  await using world = await openCliWorld();
  await mkdir(join(world.directory, 'empty'));
  const said = async (...line: string[]): Promise<string> =>
    (await world.tsmoby(['apply', ...line], { stdin: '# nothing\n' })).stderr;
  t.is(await said('-f', 'no.yaml'), 'error: the path "no.yaml" does not exist\n');
  t.is(await said('-f', 'empty'), 'error: error reading [empty]: recognized file extensions are [.json .yaml .yml]\n');
  t.is(await said('-f', '-'), 'error: no objects passed to the command: - holds none\n');
  t.regex(await said(), /^error: must specify -f.*\nSee 'tsmoby apply --help' for usage\.\n$/);
});

test('--wait ends well when the objects are ready, and says why one cannot become so', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  const image = (name: string): string =>
    `apiVersion: tsmoby.dev/v1alpha1\nkind: Image\nmetadata: {name: ${name}}\nspec: {reference: x}\n`;
  const settle = async (name: string, type: string, message: string): Promise<void> => {
    const ref = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image', namespace: 'default', name };
    const conditions = [{ type, status: 'True', reason: 'X', message, lastTransitionTime: '2026-01-01T00:00:00Z' }];
    await client.patch(
      ref,
      { status: { observedGeneration: 1, conditions } },
      { type: 'merge', subresource: 'status' },
    );
  };
  const run = await world.tsmoby(['apply', '--wait', '--timeout=60s', '-f', '-'], {
    stdin: [image('good'), image('bad')].join('---\n'),
    onOutput(all) {
      if (all === 'image.tsmoby.dev/good created\nimage.tsmoby.dev/bad created\n')
        void settle('good', 'Ready', 'fine').then(() => settle('bad', 'Stalled', 'there is no such image'));
    },
  });
  t.is(run.code, 1);
  t.regex(run.stdout, /image\.tsmoby\.dev\/good is ready\n$/);
  t.is(run.stderr, 'error: image.tsmoby.dev/bad: there is no such image\n');
});
