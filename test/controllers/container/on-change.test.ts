import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { conditionOf, conditionsText, CONTAINER, ContainerWorld, ref } from '../../support/container-world.ts';
import { rewriteStored } from '../../support/rewrite-stored.ts';
import { hashes, mounting, SERVE, SIGHUP, SIGTERM, site, Told, variable } from './on-change-world.ts';

test('Signal: the process gets it once, after its files changed, and runs on', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Signal' }) });
  const before = await world.running('web');
  t.is(before.status?.configuration?.length, 1);
  t.deepEqual(told.lines, [], 'the start is no change');
  await site(world, 'second');
  await world.eventually('it is told', () => told.lines.length > 0);
  const after = await world.running('web');
  await world.quiet();
  t.deepEqual(told.lines, [`kill ${SIGHUP} second`]);
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  await world.eventually('an event tells', async () => (await world.events('web')).includes('ConfigurationChanged'));
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(told.lines.length, 1);
});

test('Signal: by the name that is asked for', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('one', { ...SERVE, ...mounting({ action: 'Signal', signal: 'SIGCHLD' }) });
  await world.running('one');
  await site(world, 'second');
  await world.eventually('it is told', () => told.lines.includes('kill 17 second'));
  t.deepEqual(await world.costOfNothing(), []);
});

test('Signal: a name that is none, in an object from before such were refused, is an event, and nothing is said to be sent', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Signal', signal: 'SIGCHLD' }) });
  await world.running('web');
  await world.stop();
  await rewriteStored(world.api, ref(CONTAINER, 'web'), 'SIGCHLD', 'SIGNONE');
  await world.start();
  await world.running('web');
  await site(world, 'second');
  await world.eventually('it is told of', async () => (await world.events('web')).includes('ConfigurationHookFailed'));
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Signal', signal: 'SIGNONE' }), stdinOnce: true });
  t.false((await world.events('web')).includes('ConfigurationChanged'));
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(told.lines, []);
});

test('Exec: the command runs in the container; one that fails is an event and no restart', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  const onChange = { action: 'Exec', exec: { command: ['reload', 'now'] } } as const;
  await world.apply('web', { ...SERVE, ...mounting(onChange) });
  const before = await world.running('web');
  await site(world, 'second');
  await world.eventually('it is run', () => told.lines.includes('exec reload now'));
  t.false((await world.events('web')).includes('ConfigurationHookFailed'));
  told.execFails();
  await site(world, 'third');
  await world.eventually('it is told of', async () => (await world.events('web')).includes('ConfigurationHookFailed'));
  const after = await world.get('web');
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  t.deepEqual(told.lines, ['exec reload now', 'exec reload now']);
  t.deepEqual(await world.costOfNothing(), []);
});

for (const [what, spec] of Object.entries({
  'a mount': mounting({ action: 'Restart' }),
  'a variable': variable('Restart'),
})) {
  test(`Restart for ${what}: stopped on purpose and started again, once, whatever the policy`, async (t) => {
    const told = new Told();
    await using world = await ContainerWorld.open(told.options);
    await site(world, 'first');
    await world.apply('web', { ...SERVE, ...spec, restartPolicy: 'Never' });
    const before = await world.running('web');
    await site(world, 'second');
    const after = await world.running('web', ({ restartCount }) => restartCount === 1);
    t.is(world.only(after), world.only(before), 'the same instance');
    t.like(after.status?.lastState?.terminated, { reason: 'Stopped', signal: SIGTERM });
    t.is(after.status?.crashCount, 0);
    t.is(after.status?.restarting, undefined);
    t.notDeepEqual(hashes(after), hashes(before));
    const { env = [] } = world.controls.instance(world.only(after))?.spec.process ?? {};
    if (what === 'a variable') t.true(env.includes('PAGE=second'));
    t.deepEqual(await world.costOfNothing(), []);
    t.is((await world.get('web')).status?.restartCount, 1);
  });
}

test('Recreate: another instance takes its place, once', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  await world.apply('web', mounting({ action: 'Recreate' }));
  const before = await world.running('web');
  await site(world, 'second');
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.not(world.only(after), before.status?.containerID?.replace('containerd://', '') ?? '');
  t.deepEqual(await world.costOfNothing(), []);
  t.is((await world.get('web')).status?.restartCount, 1);
});

test('Recreate: while paused nothing is made anew, which a condition tells; afterwards it is', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  await world.apply('web', { ...mounting({ action: 'Recreate' }), paused: true });
  const before = await world.running('web');
  await site(world, 'second');
  const held = await world.until('tells', 'web', (_, object) => conditionOf(object, 'ConfigurationCurrent'));
  t.is(conditionsText(held), 'ConfigurationCurrent=False RolloutPaused, Ready=True Running');
  await world.quiet();
  t.is((await world.get('web')).status?.pid, before.status?.pid);
  t.deepEqual(await world.costOfNothing(), []);
  await world.apply('web', mounting({ action: 'Recreate' }));
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.not(after.status?.containerID, before.status?.containerID);
  t.is(conditionsText(after), 'Ready=True Running');
});

test('Recreate: content that is back before anything was stopped has changed nothing', async (t) => {
  let isThere = true;
  await using world = await ContainerWorld.open({
    ports: (runtime) => ({
      ...runtime,
      volumes: new Proxy(runtime.volumes, {
        get(target, name) {
          if (name === 'resolveHostPath' || name === 'checkHostPath') {
            return (path: string) =>
              isThere ? Promise.resolve(path) : Promise.reject(new RuntimeError('NotFound', `${path} is not there`));
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      }),
    }),
  });
  await site(world, 'first');
  const { volumes = [], ...mounts } = mounting({ action: 'Recreate' });
  await world.apply('web', {
    volumes: [...volumes, { name: 'data', hostPath: { path: '/data' } }],
    volumeMounts: [...(mounts.volumeMounts ?? []), { name: 'data', mountPath: '/data' }],
  });
  const before = await world.running('web');
  isThere = false;
  await site(world, 'second');
  await world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.reason === 'HostPathNotFound');
  await site(world, 'first');
  const after = await world.running('web');
  await world.quiet();
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  t.is(conditionsText(after), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('Recreate: content that is back while the former process is being stopped lets its instance go on', async (t) => {
  await using world = await ContainerWorld.open({
    program: () => ({ steps: [{ type: 'wait' }], ignores: [SIGTERM] }),
  });
  await site(world, 'first');
  await world.apply('web', mounting({ action: 'Recreate' }));
  const before = await world.running('web');
  await site(world, 'second');
  await world.until('is asked to stop', 'web', ({ summary }) => summary === 'Stopping');
  await site(world, 'first');
  const after = await world.running('web', ({ summary }) => summary === 'Running');
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  await site(world, 'third');
  await world.until('is asked to stop', 'web', ({ summary }) => summary === 'Stopping');
  world.controls.exitTask(world.only(before), 0);
  const third = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.not(third.status?.containerID, before.status?.containerID);
});

test('None: files follow and nothing else happens; variables wait for the next start', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  await world.apply('web', { ...mounting(), ...variable() });
  const before = await world.running('web');
  await site(world, 'second');
  const path = `${world.runtime.facts.runDirectory}/projections/${before.metadata.uid}.site/page`;
  await world.eventually('the file follows', async () => {
    const bytes = await world.runtime.files.read(path);
    return Buffer.from(bytes ?? []).toString() === 'second';
  });
  await world.quiet();
  t.deepEqual(await world.get('web'), before);
});

test('to add, change or take away onChange changes nothing by itself', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  await world.apply('web', { ...mounting(), ...variable() });
  const before = await world.running('web');
  for (const action of ['Recreate', 'Restart', 'Signal'] as const) {
    const { metadata } = await world.apply('web', { ...mounting({ action }), ...variable('Restart') });
    await world.running('web', ({ observedGeneration }) => observedGeneration === metadata.generation);
  }
  const { metadata } = await world.apply('web', { ...mounting(), ...variable() });
  const after = await world.running('web', ({ observedGeneration }) => observedGeneration === metadata.generation);
  t.is(world.only(after), world.only(before));
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  t.is(after.status?.configuration, undefined);
});

for (const action of ['Signal', 'Restart', 'Recreate'] as const) {
  test(`${action}: a change while no daemon ran is acted on once by the next one, and a daemon alone changes nothing`, async (t) => {
    const told = new Told();
    await using world = await ContainerWorld.open(told.options);
    await site(world, 'first');
    await world.apply('web', { ...SERVE, ...mounting({ action }) });
    const before = await world.running('web');
    await world.quiet();
    await world.stop();
    await site(world, 'second');
    await world.start();
    const done = action === 'Signal' ? 0 : 1;
    const after = await world.running(
      'web',
      (status) =>
        status.restartCount === done && status.configuration?.[0]?.hash !== before.status?.configuration?.[0]?.hash,
    );
    await world.quiet();
    const lines = [...told.lines];
    await world.stop();
    await world.start();
    await world.quiet();
    t.deepEqual(told.lines, lines);
    t.is(lines.length, 1);
    t.deepEqual((await world.get('web')).status, after.status);
  });
}

test('a daemon that dies while it restarts a process: its exit is no crash, and it is started again', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open({
    ...told.options,
    program: () => ({ steps: [{ type: 'wait' }], ignores: [SIGTERM] }),
  });
  await site(world, 'first');
  await world.apply('web', { ...mounting({ action: 'Restart' }), restartPolicy: 'Never' });
  const before = await world.running('web');
  await site(world, 'second');
  await world.until('is asked to stop', 'web', ({ restarting, summary }) => restarting && summary === 'Stopping');
  await world.stop();
  world.controls.exitTask(world.only(before), 0);
  await world.start();
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(after.status?.lastState?.terminated?.exitCode, 0);
  await world.quiet();
  t.is((await world.get('web')).status?.restartCount, 1);
});
