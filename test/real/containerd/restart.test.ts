import test from 'ava';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { connectContainerd } from '../../../runtime/containerd/index.ts';
import { instanceSpec, rejects } from '../../suites/containers.ts';
import { startContainerd } from '../../support/containerd.ts';
import { openWorld, rootOf } from '../../support/containerd-world.ts';
import { eventually } from '../../support/eventually.ts';

const FOREVER = ['sleep', 'infinity'];

test('containers run on while containerd is killed and started again, and one connection serves both', async (t) => {
  await using daemon = await startContainerd();
  await using world = await openWorld(daemon);
  const { containers, images } = world.containerd;
  const image = await world.loadBusybox();
  await containers.create(instanceSpec('a', rootOf(image), FOREVER));
  const { pid } = await containers.start('a', await world.stdio('a'));
  await containers.create(instanceSpec('b', rootOf(image), FOREVER));
  const before = await world.containerd.info();
  await daemon.kill();
  for (const call of [containers.list(), containers.get('a'), images.list(), world.containerd.info()]) {
    await rejects(t, call, 'Unavailable');
  }
  process.kill(pid, 0);
  await daemon.start();
  const after = await eventually('it answers again', () => world.containerd.info().catch(() => undefined));
  t.is(after.uuid, before.uuid);
  t.not(after.pid, before.pid);
  t.like(await containers.get('a'), { task: { status: 'running', pid } });
  t.true(await images.verify(image));
  t.true((await containers.start('b', await world.stdio('b'))).pid > 0, 'created before, started after');
  process.kill(pid, 9);
  await eventually('the exit is seen', async () => (await containers.get('a'))?.task?.exitCode === 137);
});

test('what is under way when containerd is killed fails as Unavailable and can be repeated', async (t) => {
  await using daemon = await startContainerd();
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const image = await world.loadBusybox();
  const stdio = await Promise.all(Array.from({ length: 6 }, (_, n) => world.stdio(`i-${n}`)));
  const round = () =>
    Promise.allSettled(
      stdio.map(async (streams, n) => {
        await containers.create(instanceSpec(`i-${n}`, rootOf(image), FOREVER));
        await containers.start(`i-${n}`, streams);
      }),
    );
  const interrupted = round();
  await new Promise((resolve) => setTimeout(resolve, 60));
  await daemon.kill();
  for (const result of await interrupted) {
    if (result.status === 'rejected') t.true(isRuntimeError(result.reason, 'Unavailable'), String(result.reason));
  }
  await daemon.start();
  // What the killed containerd left behind is old enough to be taken away.
  world.ahead = 60_000;
  await eventually('all of them run', async () => {
    const results = await round();
    return results.every(({ status }) => status === 'fulfilled');
  });
  t.is((await containers.list()).filter(({ task }) => task?.status === 'running').length, 6);
});

test('nobody at the socket is Unavailable, and a namespace of another store is refused', async (t) => {
  await using daemon = await startContainerd();
  await using world = await openWorld(daemon);
  const options = {
    socketPath: daemon.socketPath,
    facts: world.facts,
    host: undefined as never,
    registry: world.registry,
    specOf: () => new Uint8Array(),
    runtimeRoot: daemon.runtimeRoot,
    clock: Date,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  };
  await rejects(t, connectContainerd({ ...options, socketPath: `${daemon.folder}/nobody.sock` }), 'Unavailable');
  // The same first twelve digits, another uid.
  const storeIdentity = `${world.facts.storeIdentity.slice(0, 14)}ffff-8fff-ffffffffffff`;
  const error: unknown = await connectContainerd({ ...options, facts: { ...world.facts, storeIdentity } }).catch(
    (failure: unknown) => failure,
  );
  t.true(isRuntimeError(error, 'FailedPrecondition'));
  t.is(isRuntimeError(error) ? error.reason : undefined, 'NamespaceTaken');
});

test('a task directory that a killed containerd left behind is taken away, unless it may be in use', async (t) => {
  await using daemon = await startContainerd();
  await using world = await openWorld(daemon);
  const { containers, namespace } = world.containerd;
  const root = rootOf(await world.loadBusybox());
  const folder = `${daemon.folder}/state/io.containerd.runtime.v2.task/${namespace}`;
  for (const [id, files] of Object.entries({ left: [], full: ['rootfs/file'], shim: ['address'] })) {
    await containers.create(instanceSpec(id, root, FOREVER));
    await mkdir(join(folder, id, 'rootfs'), { recursive: true });
    for (const file of files) await writeFile(join(folder, id, file), '');
    const error: unknown = await world
      .stdio(id)
      .then((stdio) => containers.start(id, stdio))
      .catch((one: unknown) => one);
    t.is(isRuntimeError(error) ? error.reason : undefined, 'BundleLeftBehind', `${id}: too young`);
  }
  world.ahead = 60_000;
  t.true((await containers.start('left', await world.stdio('left'))).pid > 0);
  for (const id of ['full', 'shim']) {
    await t.throwsAsync(async () => containers.start(id, await world.stdio(id)), undefined, id);
    t.true((await readdir(join(folder, id))).includes('rootfs'), id);
  }
});
