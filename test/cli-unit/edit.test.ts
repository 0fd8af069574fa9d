import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openCliWorld, type CliWorld } from './world.ts';

const read = async (world: CliWorld, path: string, target = 'cm/a'): Promise<string> =>
  (await world.tsmoby(['get', ...target.split(' '), '-o', `jsonpath={${path}}`])).stdout;

async function openWithConfig(): Promise<CliWorld> {
  const world = await openCliWorld();
  await world.tsmoby(['create', 'configmap', 'a', '--from-literal=k=v']);
  return world;
}

test('create makes what arguments or files say, once', async (t) => {
  await using world = await openCliWorld();
  t.is((await world.tsmoby(['create', 'ns', 'shop'])).stdout, 'namespace/shop created\n');
  const twice = await world.tsmoby(['create', 'ns', 'shop']);
  t.deepEqual([twice.code, twice.stderr], [1, 'Error from server (AlreadyExists): namespaces "shop" already exists\n']);
  await writeFile(join(world.directory, 'app.conf'), 'x=1\n');
  await world.tsmoby([
    'create',
    'cm',
    'a',
    '--from-file=app.conf',
    '--from-file=other=app.conf',
    '--from-literal=l=m=n',
  ]);
  t.is(await read(world, '.data'), '{"app.conf":"x=1\\n","l":"m=n","other":"x=1\\n"}');
  const file = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}';
  t.is((await world.tsmoby(['create', '-f', '-'], { stdin: file })).stdout, 'configmap/b created\n');
  t.is((await world.tsmoby(['create', '-f', '-'], { stdin: file })).code, 1);
});

test('create secret docker-registry writes what registries want, the password from standard input', async (t) => {
  await using world = await openCliWorld();
  const line = [
    'create',
    'secret',
    'docker-registry',
    'r',
    '--docker-server=r.io',
    '--docker-username=u',
    '--docker-password=-',
  ];
  const run = await world.tsmoby(line, { stdin: 'hunter2\n' });
  t.deepEqual(run, { code: 0, stdout: 'secret/r created\n', stderr: '' });
  const config = Buffer.from(await read(world, '.data.\\.dockerconfigjson', 'secret/r'), 'base64').toString();
  t.deepEqual(JSON.parse(config), {
    auths: { 'r.io': { username: 'u', password: 'hunter2', auth: Buffer.from('u:hunter2').toString('base64') } },
  });
});

test('create explains what it cannot make', async (t) => {
  await using world = await openCliWorld();
  const said = async (...line: string[]): Promise<string> =>
    (await world.tsmoby(['create', ...line])).stderr.split('\n')[0] ?? '';
  t.is(await said(), 'error: must specify -f FILE, or what to create: namespace, configmap, secret');
  t.is(
    await said('ctr', 'x'),
    'error: cannot create "ctr" from arguments: only namespace, configmap and secret; others with -f FILE',
  );
  t.is(await said('cm'), 'error: exactly one NAME is required, got 0');
  t.is(await said('cm', 'a', '--from-literal=x'), 'error: invalid --from-literal "x", expected key=value');
  t.is(await said('cm', 'a', '--from-file=no.txt'), 'error: error reading no.txt: no such file or directory');
  t.is(
    await said('cm', 'a', '--from-literal=x=1', '--from-literal=x=2'),
    'error: cannot add key "x": another key by that name already exists',
  );
});

test('patch changes fields in the ways that there are, and says when nothing changed', async (t) => {
  await using world = await openWithConfig();
  t.is((await world.tsmoby(['patch', 'cm', 'a', '-p', 'data: {k: w}'])).stdout, 'configmap/a patched\n');
  t.is((await world.tsmoby(['patch', 'cm/a', '-p', '{"data":{"k":"w"}}'])).stdout, 'configmap/a patched (no change)\n');
  const json = '[{"op":"add","path":"/data/more","value":"1"}]';
  t.is((await world.tsmoby(['patch', 'cm/a', '--type=json', '-p', json])).code, 0);
  t.is(await read(world, '.data'), '{"k":"w","more":"1"}');
  t.regex((await world.tsmoby(['patch', 'cm/a'])).stderr, /must specify --patch or --patch-file/);
});

test('replace puts the whole object in place, and only over the version it was made from', async (t) => {
  await using world = await openWithConfig();
  const bare = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"1"}}';
  t.is((await world.tsmoby(['replace', '-f', '-'], { stdin: bare })).stdout, 'configmap/a replaced\n');
  t.is(await read(world, '.data'), '{"n":"1"}');
  const stale = bare.replace('"name":"a"', '"name":"a","resourceVersion":"1"');
  const run = await world.tsmoby(['replace', '-f', '-'], { stdin: stale });
  t.is(run.code, 1);
  t.regex(run.stderr, /^Error from server \(Conflict\): STDIN:1:1: configmap\/a: .*the object has been modified/);
});

for (const [command, field, done] of [
  ['label', 'labels', 'labeled'],
  ['annotate', 'annotations', 'annotated'],
] as const) {
  test(`${command} sets, guards and removes`, async (t) => {
    await using world = await openWithConfig();
    const run = async (...line: string[]) => world.tsmoby([command, 'cm', 'a', ...line]);
    t.is((await run('x=1', 'y=2')).stdout, `configmap/a ${done}\n`);
    t.is((await run('x=1')).stdout, `configmap/a not ${done}\n`);
    const guarded = await run('x=2');
    t.deepEqual(
      [guarded.code, guarded.stderr],
      [1, `error: configmap/a: 'x' already has a value (1), and --overwrite is false\n`],
    );
    t.is((await run('x=2', '--overwrite')).code, 0);
    t.is((await run('y-')).stdout, `configmap/a un${done}\n`);
    t.is(await read(world, `.metadata.${field}`), '{"x":"2"}');
    t.is((await run('--list')).stdout, 'configmap/a:\n  x=2\n');
    t.regex((await run('-x=1')).stderr, /unknown shorthand flag/);
    t.regex((await run('b d=1')).stderr, /invalid/);
  });
}

test('events are told oldest first, of one object or of all', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  for (const [name, target, type, lastTimestamp] of [
    ['late', 'x', 'Warning', '2025-12-31T23:59:50Z'],
    ['early', 'y', 'Normal', '2025-12-31T23:59:00Z'],
  ] as const) {
    const involvedObject = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: target };
    const said = { involvedObject, type, lastTimestamp, reason: 'Seen', message: name };
    await client.create({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' }, ...said });
  }
  t.is(
    (await world.tsmoby(['events'])).stdout,
    'LAST SEEN   TYPE      REASON   OBJECT        MESSAGE\n60s         Normal    Seen     ConfigMap/y   early\n10s         Warning   Seen     ConfigMap/x   late\n',
  );
  t.regex((await world.tsmoby(['events', '--for', 'cm/y', '--no-headers'])).stdout, /^60s .* early\n$/);
  t.regex((await world.tsmoby(['events', '--types=Warning', '--no-headers'])).stdout, /^10s .* late\n$/);
  t.is((await world.tsmoby(['events', '-n', 'kube-public'])).stderr, 'No events found in kube-public namespace.\n');
});
