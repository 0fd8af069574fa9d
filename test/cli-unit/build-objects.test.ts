import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badRequest } from '../../api/status-error.ts';
import type { Build, Container, Secret } from '../../schemas/gen/types.ts';
import { BUILD, succeeded, waiting, type BuildWorld } from './build-world.ts';
import { build, DIGEST, LOG, openWithContext, succeed } from './build-play.ts';

test('secrets go into a Secret that goes with the Build', async (t) => {
  await using world = await openWithContext();
  await writeFile(join(world.directory, 'token'), 'hush');
  await writeFile(join(world.directory, 'key'), 'PRIVATE');
  const line = ['app', '--secret', 'id=file,src=token', '--secret', 'id=var,env=TOKEN', '--ssh', 'default=key'];
  await build(world, line, () => succeed(world, 1), { env: { TOKEN: 'shush' } });
  const made = await world.find('app');
  const client = world.api.client('admin');
  const secret = await client.get<Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'default',
    name: 'app-build',
  });
  t.deepEqual(
    Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    ),
    { 'secret.file': 'hush', 'secret.var': 'shush', 'ssh.default': 'PRIVATE' },
  );
  t.is(secret.metadata.ownerReferences?.[0]?.uid, made.metadata.uid);
  t.deepEqual(made.spec.secrets, [
    { id: 'file', secretKeyRef: { name: 'app-build', key: 'secret.file' } },
    { id: 'var', secretKeyRef: { name: 'app-build', key: 'secret.var' } },
  ]);
  t.deepEqual(made.spec.ssh, [{ id: 'default', secretKeyRef: { name: 'app-build', key: 'ssh.default' } }]);
});

test('--rm deletes it afterwards', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app', '--rm', '-t', 'reg.example/app', '--push'], () => succeed(world, 1));
  t.is(run.code, 0);
  const { items } = await world.api.client('admin').list(BUILD, { namespace: 'default' });
  t.true(
    items.every(({ metadata }) => metadata.deletionTimestamp !== undefined),
    'only its controller holds it',
  );
});

test('a Build that somebody else made is left alone', async (t) => {
  await using world = await openWithContext();
  const client = world.api.client('admin');
  await client.create<Build>({ ...BUILD, metadata: { namespace: 'default', name: 'app' }, spec: {} });
  const { code, stderr } = await world.tsmoby(['build', 'app']);
  t.is(code, 1);
  t.regex(stderr, /^error: build "app" is there, and was not made by "tsmoby build PATH"/);
});

test('-f FILE applies Builds and what they refer to, with paths from there, and leaves the rest', async (t) => {
  await using world = await openWithContext();
  const file = `
apiVersion: tsmoby.dev/v1alpha1
kind: Build
metadata: { name: app }
spec:
  context: { directory: { path: src } }
  contexts: [{ name: other, directory: { path: ../other } }]
---
apiVersion: v1
kind: Secret
metadata: { name: token }
---
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: { name: web }
spec: { image: a }
`;
  await writeFile(join(world.directory, 'app', 'build.yaml'), file);
  const run = await build(world, ['-f', 'app/build.yaml'], () => succeed(world, 1));
  t.is(run.code, 0);
  t.is(run.stderr, `container.tsmoby.dev/web is no build: left for "tsmoby apply"\n${LOG}`);
  const { spec } = await world.find('app');
  t.is(spec.context?.directory?.path, join(world.directory, 'app', 'src'));
  t.is(spec.contexts?.[0]?.directory?.path, join(world.directory, 'other'));
  const client = world.api.client('admin');
  await client.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'token' });
  t.deepEqual((await client.list<Container>({ ...BUILD, kind: 'Container' }, { namespace: 'default' })).items, []);
});

const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'app-build' } as const;
const findSecret = (world: BuildWorld): Promise<Secret | undefined> =>
  world.api
    .client('admin')
    .get<Secret>(SECRET)
    .catch(() => undefined);
const withToken = { env: { TOKEN: 'hush' } } as const;
const TOKEN = ['app', '--secret', 'id=t,env=TOKEN'] as const;

test("a Secret that a person made keeps what it holds, whatever a build's is called", async (t) => {
  await using world = await openWithContext();
  const data = { 'secret.t': Buffer.from('mine').toString('base64') };
  const metadata = { namespace: 'default', name: 'app-build' };
  await world.api.client('admin').create<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data });
  const { code, stderr } = await world.tsmoby(['build', ...TOKEN], withToken);
  t.is(code, 1);
  t.regex(stderr, /^error: secret "app-build" is there, and was not made by "tsmoby build".*--name/);
  const kept = await findSecret(world);
  t.deepEqual([kept?.data, kept?.metadata.ownerReferences], [data, undefined]);
  const { items } = await world.api.client('admin').list(BUILD, { namespace: 'default' });
  t.deepEqual(items, [], 'nothing is made for a build that cannot be');
  t.is((await build(world, ['app'], () => succeed(world, 1))).code, 0, "without secrets it is in nobody's way");
  t.truthy(await findSecret(world));
});

test('secrets of an earlier command line go when there are none any more, but what others put beside them', async (t) => {
  await using world = await openWithContext();
  await build(world, TOKEN, () => succeed(world, 1), withToken);
  t.truthy(await findSecret(world));
  await build(world, ['app'], () => succeed(world, 2, ({ spec }) => spec.secrets === undefined));
  t.is(await findSecret(world), undefined);
  await build(world, TOKEN, () => succeed(world, 3, ({ spec }) => spec.secrets !== undefined), withToken);
  const patch = { stringData: { other: 'theirs' } };
  await world.api.client('admin').patch(SECRET, patch, { type: 'merge', fieldManager: 'person' });
  await build(world, ['app'], () => succeed(world, 4, ({ spec }) => spec.secrets === undefined));
  const kept = await findSecret(world);
  t.deepEqual(kept?.data, { other: Buffer.from('theirs').toString('base64') });
  t.is(kept?.metadata.ownerReferences, undefined, 'it does not go with the Build');
});

const halts = [
  [{ suspend: true }, 'it is paused (spec.suspend): "tsmoby rollout resume build/app" has it built again'],
  [
    { revertTo: 1 },
    'it was rolled back to the result of build 1 (spec.revertTo): "tsmoby rollout resume build/app" has it built again',
  ],
] as const;
for (const [spec, why] of halts) {
  test(`a Build with ${Object.keys(spec)[0]} is not waited for, and not said to be unchanged`, async (t) => {
    await using world = await openWithContext();
    await build(world, ['app'], () => succeed(world, 1));
    await world.api.client('admin').patch({ ...BUILD, namespace: 'default', name: 'app' }, { spec }, { type: 'merge' });
    for (const flags of [[], ['--no-cache'], ['--pull'], ['--rm']]) {
      const { code, stdout, stderr } = await world.tsmoby(['build', 'app', ...flags]);
      t.deepEqual({ code, stdout }, { code: 1, stdout: '' }, flags.join());
      t.is(stderr, `error: build.tsmoby.dev/app: nothing is built, because ${why}\n`);
    }
    t.is((await world.find('app')).metadata.deletionTimestamp, undefined, '--rm takes away no result that is in use');
  });
}

test('a Build that is paused while it is waited for ends the waiting; one that its file pauses says so', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app'], async () => {
    const made = await world.find('app');
    await world.setStatus(made, waiting(made, 'BuilderNotReady', 'no builder'));
    const ref = { ...BUILD, namespace: 'default', name: 'app' };
    await world.api.client('admin').patch(ref, { spec: { suspend: true } }, { type: 'merge' });
    await new Promise(() => undefined);
  });
  t.is(run.code, 1);
  t.regex(run.stderr, /nothing is built, because it is paused/);
  const file = `
apiVersion: tsmoby.dev/v1alpha1
kind: Build
metadata: { name: still }
spec: { suspend: true, dockerfile: { inline: FROM scratch } }
`;
  await writeFile(join(world.directory, 'still.yaml'), file);
  const still = await world.tsmoby(['build', '-f', 'still.yaml', '--rm']);
  t.is(still.code, 1);
  t.regex(still.stderr, /take spec\.suspend out of the file that it is applied from\n$/);
});

const TWO = ['one', 'two']
  .map(
    (name) => `
apiVersion: tsmoby.dev/v1alpha1
kind: Build
metadata: { name: ${name} }
spec: { dockerfile: { inline: FROM scratch } }
`,
  )
  .join('---');

async function openWithTwo(): Promise<BuildWorld> {
  const world = await openWithContext();
  await writeFile(join(world.directory, 'two.yaml'), TWO);
  return world;
}

/** Names of Builds that nobody asked to go. */
async function left(world: BuildWorld): Promise<readonly string[]> {
  const { items } = await world.api.client('admin').list<Build>(BUILD, { namespace: 'default' });
  return items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.name] : []));
}

test('-f with --rm deletes all Builds of the file, after the last is built', async (t) => {
  await using world = await openWithTwo();
  const run = await build(world, ['-f', 'two.yaml', '--rm', '-q'], async () => {
    await world.find('two');
    for (const name of ['one', 'two']) {
      const made = await world.find(name);
      t.deepEqual(await left(world), ['one', 'two'], 'one may be built from another');
      await world.setStatus(made, succeeded(made, 1));
    }
  });
  t.deepEqual([run.code, await left(world)], [0, []]);
});

test('-f with --rm deletes those that were never begun, too, and Ctrl-C says so', async (t) => {
  await using world = await openWithTwo();
  let interrupt: (() => void) | undefined;
  const told = Promise.withResolvers<void>();
  const run = await build(
    world,
    ['-f', 'two.yaml', '--rm'],
    async () => {
      const made = await world.find('one');
      await world.setStatus(made, waiting(made, 'BuilderNotReady', 'no builder'));
      await told.promise;
      interrupt?.();
    },
    {
      onErrors: () => told.resolve(),
      onInterrupt(handle) {
        interrupt = handle;
        return { [Symbol.dispose]() {} };
      },
    },
  );
  t.deepEqual([run.code, await left(world)], [130, []]);
  t.regex(run.stderr, /build "one" is deleted, as --rm says\n$/);
});

test('-f with --rm deletes what was applied before another one was refused', async (t) => {
  await using world = await openWithTwo();
  await writeFile(
    join(world.directory, 'two.yaml'),
    TWO.replace('name: two }\nspec: {', 'name: two }\nspec: { network: Host,'),
  );
  const { code, stderr } = await world.tsmoby(['build', '-f', 'two.yaml', '--rm']);
  t.is(code, 1);
  t.regex(stderr, /network Host needs the entitlement/);
  t.deepEqual(await left(world), []);
});

test('a deletion that is refused is told, and does not hide how the build went', async (t) => {
  await using world = await openWithContext();
  const { registry } = world.api.server;
  const builds = registry.find('tsmoby.dev', 'v1alpha1', 'builds');
  if (builds === undefined) return t.fail();
  const refuse = (): never => {
    throw badRequest('not today');
  };
  registry.add({ ...builds, capabilities: { ...builds.capabilities, delete: refuse } });
  const run = await build(world, ['app', '--rm'], () => succeed(world, 1));
  t.deepEqual([run.code, run.stdout], [1, `build.tsmoby.dev/app built: ${DIGEST}\n`]);
  t.true(run.stderr.endsWith('error: build.tsmoby.dev/app could not be deleted: not today\n'), run.stderr);
});
