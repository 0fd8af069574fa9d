/** Builders as a daemon finds and runs them, on real BuildKits. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { Build, Builder, BuilderSpec } from '../../../schemas/gen/types.ts';
import type { ObjectRef } from '../../../schemas/object.ts';
import { startDockerd } from '../../support/buildkit/dockerd.ts';
import { givenBuildkitd } from '../../support/buildkit/available.ts';
import { namespacesOf } from '../../support/buildkit/containerd-namespace.ts';
import { SYSTEM_PATH } from '../../support/buildkit/runc.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { processesOf } from '../../support/daemon/leaks.ts';
import { until } from '../../support/daemon/until.ts';
import { buildBusyboxArchive } from '../../../tools/busybox-image/archive.ts';
import { findOnPath } from '../../../tools/setup/requirements.ts';

const buildkitd = givenBuildkitd();

const TSMOBY = 'tsmoby.dev/v1alpha1';
const BUILDER = { apiVersion: TSMOBY, kind: 'Builder' } as const;
const BUILD = { apiVersion: TSMOBY, kind: 'Build' } as const;

const builderRef = (name: string): ObjectRef => ({ ...BUILDER, name });
const readyOf = ({ status }: Builder | Build) => status?.conditions?.find(({ type }) => type === 'Ready');
const reasonIs = (reason: string) => (object: Builder | Build) => readyOf(object)?.reason === reason;

const apply = (daemon: TestDaemon, name: string, spec: BuilderSpec): Promise<Builder> =>
  daemon.client.apply<Builder>({ ...BUILDER, metadata: { name }, spec }, { fieldManager: 'test', force: true });

/** An image of one file, which says `text`. */
const build = (daemon: TestDaemon, builderName: string, text: string): Promise<Build> => {
  const files = [
    { path: 'Dockerfile', content: 'FROM scratch\nCOPY page /page\n' },
    { path: 'page', content: text },
  ];
  const spec = { builderName, reference: 'page:dev', context: { inline: { files } } };
  const object = { ...BUILD, metadata: { namespace: 'default', name: 'page' }, spec };
  return daemon.client.apply<Build>(object, { fieldManager: 'test', force: true });
};

/** A builder that was lost in the middle costs a number. */
const built = (daemon: TestDaemon, number: number): Promise<Build> =>
  until<Build>(
    daemon,
    { ...BUILD, namespace: 'default', name: 'page' },
    `build ${number} is done, or one after it`,
    (object) => (object.status?.number ?? 0) >= number && reasonIs('Built')(object),
  );

/** Of the program that runs this builder. */
async function pidOf({ options }: TestDaemon, name: string, program: string): Promise<number> {
  const record = join(options.runDir, 'builders', name, `${program}.json`);
  return (JSON.parse(await readFile(record, 'utf8')) as { readonly pid: number }).pid;
}

test('a managed builder is started for a Build, outlives the daemon, comes again when it is killed, and is gone with its object', async (t) => {
  await using daemon = await startTestDaemon();
  await apply(daemon, 'own', { managed: true });
  const idle = await until<Builder>(daemon, builderRef('own'), 'rests', reasonIs('BuilderIdle'));
  const program = /\((\w+)\)/.exec(idle.status?.type ?? '')?.[1] ?? '';
  t.true(['dockerd', 'buildkitd'].includes(program), idle.status?.type);

  await build(daemon, 'own', 'one');
  const first = await built(daemon, 1);
  t.regex(first.status?.digest ?? '', /^sha256:/);
  const running = await until<Builder>(daemon, builderRef('own'), 'answers', reasonIs('BuilderFound'));
  t.is(running.status?.landing, 'ContentStore');
  t.is(running.status?.sharesContainerd, program === 'dockerd');
  const pid = await pidOf(daemon, 'own', program);

  await daemon.kill9();
  await daemon.start();
  await build(daemon, 'own', 'two');
  await built(daemon, 2);
  t.is(await pidOf(daemon, 'own', program), pid);

  process.kill(pid, 'SIGKILL');
  await build(daemon, 'own', 'three');
  await built(daemon, 3);
  t.not(await pidOf(daemon, 'own', program), pid);

  await daemon.client.delete({ ...BUILD, namespace: 'default', name: 'page' });
  await daemon.client.delete(builderRef('own'));
  await until(daemon, builderRef('own'), 'is gone', 'gone');
  t.deepEqual(await processesOf(join(daemon.options.runDir, 'builders')), []);
  const socket = join(daemon.options.runDir, 'containerd/containerd.sock');
  t.deepEqual(
    (await namespacesOf(socket)).filter((name) => name.includes('-builder-')),
    [],
  );
});

/** As moby/buildkit: the two programs, and what they need. */
async function writeBuilderImage(output: string): Promise<void> {
  const runc = (await findOnPath('runc', SYSTEM_PATH)) ?? '';
  const { stdout } = await promisify(execFile)('ldd', [runc]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  const files: Record<string, { readonly content: Buffer; readonly mode: number }> = {};
  const add = async (path: string, source: string): Promise<void> => {
    files[path] = { content: await readFile(source), mode: 0o755 };
  };
  await add('/usr/bin/buildkitd', buildkitd.binary);
  await add('/usr/bin/buildkit-runc', runc);
  for (const library of libraries) await add(library, library);
  const config = { entrypoint: ['/usr/bin/buildkitd'], cmd: [] };
  await buildBusyboxArchive({ output, files, config, compression: 'none' });
}

const IN_A_CONTAINER = 'a managed builder in a Container builds, rests with its cache, and goes with all that it had';

if (buildkitd.why !== undefined) test.skip(`${IN_A_CONTAINER} (skipped: ${buildkitd.why})`, () => undefined);
else
  test(IN_A_CONTAINER, async (t) => {
    await using daemon = await startTestDaemon();
    const archive = join(daemon.folder, 'buildkit.tar');
    await writeBuilderImage(archive);
    const { client } = daemon;
    const namespace = 'tsmoby-system';
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const reference = 'builder.test/buildkit:1';
    const image = { apiVersion: TSMOBY, kind: 'Image', metadata: { namespace, name: 'buildkit' } };
    await client.create({ ...image, spec: { reference, archive: { path: archive } } } as never);
    await apply(daemon, 'own', { managed: true, image: reference, idleTimeout: '5s' });
    await until<Builder>(daemon, builderRef('own'), 'rests', reasonIs('BuilderIdle'));
    await build(daemon, 'own', 'one');
    const { status } = await until<Builder>(daemon, builderRef('own'), 'answers', ({ status }) => status?.endpoint);
    await built(daemon, 1);
    t.is(status?.type, 'Managed (container)');
    t.is(status?.workers?.[0]?.executor, 'oci');
    const container = { apiVersion: TSMOBY, kind: 'Container', namespace, name: 'builder-own' };
    await until<Builder>(daemon, builderRef('own'), 'rests again', reasonIs('BuilderIdle'));
    await until(daemon, container, 'is gone', 'gone');
    await build(daemon, 'own', 'two');
    await built(daemon, 2);
    await client.delete(builderRef('own'));
    await until(daemon, builderRef('own'), 'is gone', 'gone');
    t.deepEqual((await client.list({ apiVersion: TSMOBY, kind: 'Volume' })).items, []);
  });

test('a tear-down ends a managed builder that runs', async (t) => {
  await using daemon = await startTestDaemon();
  await apply(daemon, 'own', { managed: true });
  await build(daemon, 'own', 'one');
  await built(daemon, 1);
  await daemon.kill9();
  t.true((await processesOf(join(daemon.options.runDir, 'builders'))).length > 0);
  // what is left of it makes the end of the daemon fail
});

test('a builder that comes and goes is told of, and a Build waits for it', async (t) => {
  await using daemon = await startTestDaemon();
  await using dockerd = await startDockerd();
  const { path } = dockerd.endpoint as { readonly path: string };
  await apply(daemon, 'far', { endpoint: `docker://${path}` });
  const found = await until<Builder>(daemon, builderRef('far'), 'answers', reasonIs('BuilderFound'));
  t.like(found.status, { type: 'Dockerd', sharesContainerd: false });
  await dockerd.kill();
  await until<Builder>(daemon, builderRef('far'), 'is away', reasonIs('BuilderUnavailable'));
  await build(daemon, 'far', 'one');
  await until<Build>(daemon, { ...BUILD, namespace: 'default', name: 'page' }, 'waits', (object) =>
    object.status?.conditions?.some(({ reason }) => reason === 'BuilderNotReady'),
  );
  await dockerd.start();
  await until<Builder>(daemon, builderRef('far'), 'answers again', reasonIs('BuilderFound'));
  const { status } = await built(daemon, 1);
  t.regex(status?.digest ?? '', /^sha256:/);
});
