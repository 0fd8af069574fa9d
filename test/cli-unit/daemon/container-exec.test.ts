import test from 'ava';
import { serveContainerProcesses } from '../../../cli/daemon/container-exec.ts';
import { StatusError } from '../../../api/status-error.ts';
import type { ExecQuery, RemoteProcess } from '../../../api/registry/remote-process.ts';
import type { CallContext } from '../../../api/registry/resource.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import { createFakeRuntime, type FakeRuntime } from '../../../runtime/fake/create.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { instanceSpec } from '../../suites/containers.ts';
import { ended, text } from '../../suites/exec.ts';

const KIND = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const RUNNING = { logRun: 0, containerID: 'containerd://a', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
const EVERYTHING: Omit<ExecQuery, 'command'> = { stdin: true, stdout: true, stderr: true, tty: false };

interface World extends AsyncDisposable {
  readonly runtime: FakeRuntime;
  readonly exec: (command: readonly string[], query?: Partial<ExecQuery>) => Promise<RemoteProcess>;
  readonly attach: (query?: Partial<ExecQuery>) => Promise<RemoteProcess>;
}

/** A Container `web` whose instance `a` runs `args`. */
async function running(
  spec: Partial<Container['spec']> = {},
  args = ['cat'],
  status: object = RUNNING,
): Promise<World> {
  const world = await openApiWorld();
  const runtime = createFakeRuntime({ clock: { now: () => Date.now() }, timers: systemTimers });
  serveContainerProcesses(world.server, runtime);
  const client = world.client('admin');
  const made = await client.create<Container>({
    ...KIND,
    metadata: { namespace: 'default', name: 'web' },
    spec: { image: 'a', ...spec },
  });
  await client.updateStatus<Container>({ ...made, status });
  runtime.controls.addImage('fake.example/a:1');
  const owner = { kind: 'Image', namespace: 'default', name: 'a', uid: 'i' };
  const request = {
    name: 'a',
    owner,
    labels: {},
    reference: 'fake.example/a:1',
    platform: 'linux/amd64',
    insecure: false,
  };
  const image = await runtime.images.pull(request, () => undefined);
  await runtime.containers.create(instanceSpec('a', { ...image, readOnly: false }, args));
  const { stdout, stderr } = await runtime.logs.open(
    { log: made.metadata.uid, run: 0 },
    { maxBytes: 1e6, maxFiles: 2 },
  );
  await runtime.containers.start('a', {
    stdout,
    ...(spec.tty ? {} : { stderr }),
    ...(spec.stdin ? { stdin: true } : {}),
  });
  const resource = world.server.registry.find('tsmoby.dev', 'v1alpha1', 'containers');
  const context = {
    attributes: { user: { name: 'admin', groups: ['system:masters'] }, namespace: 'default', name: 'web' },
    signal: new AbortController().signal,
    warn: () => undefined,
  } as unknown as CallContext;
  const { subresources } = resource ?? { subresources: new Map() };
  return {
    runtime,
    exec: (command, query) => subresources.get('exec')?.exec?.(context, 'web', { ...EVERYTHING, command, ...query }),
    attach: (query) => subresources.get('attach')?.attach?.(context, 'web', { ...EVERYTHING, ...query }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test('a command runs in the container, and its output and code come back', async (t) => {
  await using world = await running();
  await using process = await world.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);
  t.deepEqual(await ended(process), { stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
});

test('streams that nobody asked for are thrown away, and hold nothing up', async (t) => {
  await using world = await running();
  await using process = await world.exec(['sh', '-c', 'echo out; echo err >&2'], {
    stdout: false,
    stderr: false,
    stdin: false,
  });
  t.deepEqual(await ended(process), { stdout: '', stderr: '', exitCode: 0 });
});

test('a command that cannot be run is news of the process', async (t) => {
  await using world = await running();
  await using process = await world.exec(['no-such']);
  t.is(await text(process.stdout), '');
  await process.write(Buffer.from('x'));
  const error = await t.throwsAsync(process.exited, { instanceOf: StatusError });
  t.like(error.status, { code: 500, reason: 'InternalError' });
  t.regex(error.message, /command "no-such" is not in the image/);
});

test('a container that does not run refuses with what it does instead', async (t) => {
  await using world = await running({}, ['cat'], { state: { waiting: { reason: 'ImagePullBackOff' } } });
  for (const refused of [world.exec(['true']), world.attach()]) {
    const error = await t.throwsAsync(refused, { instanceOf: StatusError });
    t.like(error.status, {
      code: 400,
      reason: 'BadRequest',
      message: 'container not found ("web"): it does not run (ImagePullBackOff)',
    });
  }
});

test('one that has just ended, and a runtime that is away, refuse in their own ways', async (t) => {
  await using world = await running();
  world.runtime.controls.failNext('containers.exec', new RuntimeError('Unavailable', 'containerd is away'));
  const away = await t.throwsAsync(world.exec(['true']), { instanceOf: StatusError });
  t.is(away.status.code, 503);
  world.runtime.controls.exitTask('a', 0);
  const error = await t.throwsAsync(world.exec(['true']), { instanceOf: StatusError });
  t.like(error.status, { code: 400, message: 'container not found ("web"): it does not run (NotRunning)' });
});

test('the only container has one name', async (t) => {
  await using world = await running();
  await using process = await world.exec(['true'], { container: 'web' });
  t.deepEqual(await process.exited, { exitCode: 0 });
  const error = await t.throwsAsync(world.exec(['true'], { container: 'other' }), { instanceOf: StatusError });
  t.is(error.message, 'container other is not valid for pod web');
});

test('attach shows what is written from then on, and ends with the process and code 0', async (t) => {
  await using world = await running();
  const process = await world.attach({ stdin: false });
  const output = text(process.stdout);
  const { log, run } = { log: (await world.runtime.logs.list())[0] ?? '', run: 0 };
  world.runtime.controls.print({ log, run }, 'stdout', 'hello\n');
  world.runtime.controls.exitTask('a', 9);
  await world.runtime.logs.drain({ log, run });
  t.is(await output, 'hello\n');
  t.deepEqual(await process.exited, { exitCode: 0 });
});

test('who ends his input lets go, and the process goes on', async (t) => {
  await using world = await running({ stdin: true });
  const process = await world.attach();
  const output = text(process.stdout);
  await process.write(Buffer.from('typed\n'));
  await process.closeInput();
  t.is(await output, 'typed\n');
  t.deepEqual(await process.exited, { exitCode: 0 });
  await process[Symbol.asyncDispose]();
  t.is((await world.runtime.containers.get('a'))?.task?.status, 'running');
});

for (const end of ['closeInput', Symbol.asyncDispose] as const) {
  test(`an input for one alone ends with him, by ${String(end)}`, async (t) => {
    await using world = await running({ stdin: true, stdinOnce: true });
    const process = await world.attach();
    await process.write(Buffer.from('typed\n'));
    await process[end]();
    t.is((await world.runtime.containers.get('a'))?.task?.exitCode, 0);
    await process[Symbol.asyncDispose]();
  });
}

test('a container without an input takes none, and shows its output all the same', async (t) => {
  await using world = await running();
  const process = await world.attach();
  await process.write(Buffer.from('lost'));
  await process.closeInput();
  t.is(await Promise.race([process.exited, Promise.resolve('still there')]), 'still there');
  await process[Symbol.asyncDispose]();
  t.deepEqual(await process.exited, { exitCode: 0 });
});
