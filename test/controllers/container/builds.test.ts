import test from 'ava';
import type { ControllerRevision } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld, IMAGE } from '../../support/container-world.ts';
import { BUILD, createBuild, FROM_BUILD, giveResult, madeOf, openWithBuild, tellBuild } from './build-world.ts';
import { done, drained, idOf, START_FIRST } from './start-first-world.ts';

const REFERENCE = 'docker.io/library/shop:dev';

async function waiting(world: ContainerWorld, reason: string, message: RegExp) {
  const found = await world.until(`waits: ${reason}`, 'web', (_, object) => {
    const ready = conditionOf(object, 'Ready');
    return ready?.reason === reason && message.test(ready.message);
  });
  return conditionOf(found, 'Ready')?.message;
}

test.serial('a Container runs what its Build gives', async (t) => {
  const { world, record, first } = await openWithBuild();
  await using _ = world;
  t.deepEqual(madeOf(world, first), [record.manifestDigest]);
  t.is(first.status?.imageID, record.digest);
  t.deepEqual(await world.costOfNothing(), []);
});

test.serial('without a Build, and without a result of it, the Container waits and says for what', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', FROM_BUILD);
  t.is(await waiting(world, 'BuildNotFound', /./), 'Build default/app is not there');
  await createBuild(world, 'app');
  t.regex((await waiting(world, 'BuildNotReady', /nobody/)) ?? '', /^Build app has no result yet/);
  await tellBuild(world, 'app', { lastBuild: { number: 1, phase: 'Running', completedSteps: 2, totalSteps: 9 } });
  t.regex((await waiting(world, 'BuildNotReady', /step/)) ?? '', /building step 3 of 9$/);
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const stalled = { type: 'Stalled', status: 'True', reason: 'BuildFailed', message: 'RUN false' } as const;
  await tellBuild(world, 'app', {
    lastBuild: { number: 1, phase: 'Failed' },
    conditions: [{ ...stalled, lastTransitionTime }],
  });
  t.regex((await waiting(world, 'BuildNotReady', /RUN/)) ?? '', /: BuildFailed: RUN false$/);
  const record = await giveResult(world, 'app', 2);
  t.deepEqual(madeOf(world, await world.running('web')), [record.manifestDigest]);
});

test.serial('what waited for a first result has one revision in the end', async (t) => {
  await using world = await ContainerWorld.open();
  await createBuild(world, 'app');
  await world.apply('web', FROM_BUILD);
  await waiting(world, 'BuildNotReady', /./);
  await giveResult(world, 'app', 1);
  await world.running('web');
  await world.eventually('there is one', async () => (await revisions(world)).length === 1);
  const [revision] = await revisions(world);
  t.is(revision?.revision, 1);
});

test.serial('another result is rolled out by StartFirst: the old one serves until the new one is ready', async (t) => {
  const { world, record, first } = await openWithBuild(START_FIRST);
  await using _ = world;
  const next = await giveResult(world, 'app', 2);
  const during = await world.until('has a next one', 'web', ({ update }) => update?.pid);
  t.like(during.status, { pid: first.status?.pid ?? 0, ready: true });
  t.deepEqual(new Set(madeOf(world, during)), new Set([record.manifestDigest, next.manifestDigest]));
  const after = await drained(world);
  t.is(after.status?.pid, during.status?.update?.pid);
  t.deepEqual(madeOf(world, after), [next.manifestDigest]);
  t.is(after.status?.imageID, next.digest);
  t.deepEqual(await world.costOfNothing(), []);
});

test.serial('another result is rolled out by Recreate: one after the other', async (t) => {
  const { world, first } = await openWithBuild();
  await using _ = world;
  const next = await giveResult(world, 'app', 2);
  const after = await world.until(
    'is replaced',
    'web',
    ({ pid, rollout }) => pid !== undefined && pid !== first.status?.pid && rollout === undefined,
    100,
  );
  t.deepEqual(madeOf(world, after), [next.manifestDigest]);
  t.is(after.status?.sandboxGeneration, undefined);
  t.not(after.status?.currentRevision, first.status?.currentRevision);
});

test.serial(
  'a result that never gets ready by StartFirst is taken back, and the former one was not touched',
  async (t) => {
    const readinessProbe = { tcpSocket: { port: 80 }, periodSeconds: 1 };
    const { time, world, record, first } = await openWithBuild({ ...START_FIRST, readinessProbe, minReadySeconds: 30 });
    await using _ = world;
    await giveResult(world, 'app', 2);
    const during = await world.until('has a next one', 'web', ({ update }) => update?.pid);
    world.controls.answerProbe(idOf(during.status?.update?.containerID), 'failure', 'refused');
    await time.pass(62_000);
    const after = await world.until(
      'is taken back',
      'web',
      ({ update }, object) => update === undefined && conditionOf(object, 'Stalled'),
      100,
    );
    t.is(conditionOf(after, 'RolledOut')?.reason, 'RolledBack');
    t.like(after.status, { pid: first.status?.pid ?? 0, restartCount: 0 });
    t.deepEqual(madeOf(world, after), [record.manifestDigest]);
    t.deepEqual(await world.costOfNothing(), []);
    const third = await giveResult(world, 'app', 3);
    t.deepEqual(madeOf(world, await drained(world)), [third.manifestDigest], 'the next result is another chance');
  },
);

test.serial('a bad result by Recreate is taken back to the one before, which the Build still keeps', async (t) => {
  const { time, world, record } = await openWithBuild();
  await using _ = world;
  await giveResult(world, 'app', 2, { image: { config: { cmd: ['false'] } } });
  await world.until('is tried', 'web', ({ crashCount }) => (crashCount ?? 0) > 0);
  await time.pass(31_000);
  const after = await world.until(
    'runs again',
    'web',
    ({ state }, object) => conditionOf(object, 'RolledOut')?.reason === 'RolledBack' && state?.running,
    100,
  );
  t.deepEqual(madeOf(world, after), [record.manifestDigest]);
});

test.serial('a bad result with none before it that is kept is told, and not taken back', async (t) => {
  const { time, world } = await openWithBuild();
  await using _ = world;
  const bad = await giveResult(world, 'app', 2, { image: { config: { cmd: ['false'] } }, kept: 0 });
  await world.until('is tried', 'web', ({ crashCount }) => (crashCount ?? 0) > 0);
  await time.pass(31_000);
  const after = await world.until(
    'is late',
    'web',
    (_s, object) => conditionOf(object, 'RolledOut')?.reason === 'ProgressDeadlineExceeded',
    100,
  );
  t.regex(conditionOf(after, 'RolledOut')?.message ?? '', /no longer kept$/);
  t.deepEqual(madeOf(world, after), [bad.manifestDigest]);
});

test.serial('a Build whose newest build failed, or that is gone, leaves what runs as it is', async (t) => {
  const { world, first } = await openWithBuild();
  await using _ = world;
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const failed = { reason: 'BuildFailed', message: 'RUN false', lastTransitionTime } as const;
  await tellBuild(world, 'app', {
    lastBuild: { number: 2, phase: 'Failed' },
    conditions: [
      { ...failed, type: 'Ready', status: 'False' },
      { ...failed, type: 'Stalled', status: 'True' },
    ],
  });
  t.deepEqual(await world.costOfNothing(), []);
  t.like((await world.get('web')).status, { pid: first.status?.pid ?? 0, ready: true });
  const ref = { ...BUILD, namespace: 'default', name: 'app' };
  await world.user.delete(ref);
  await world.quiet();
  t.deepEqual(await world.costOfNothing(), []);
  const after = await world.get('web');
  t.like(after.status, {
    pid: first.status?.pid ?? 0,
    currentRevision: first.status?.currentRevision ?? '',
    ready: true,
  });
  t.is(after.status?.rollout, undefined, 'nothing is rolled out');
  world.controls.exitTask(idOf(after.status?.containerID), 1);
  const again = await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== first.status?.pid);
  t.is(again.status?.containerID, first.status?.containerID);
});

test.serial(
  'a paused Container keeps its result until it goes on, also through a restart of its process',
  async (t) => {
    const { world, record, first } = await openWithBuild();
    await using _ = world;
    await world.apply('web', { ...FROM_BUILD, progressDeadlineSeconds: 30, paused: true });
    await giveResult(world, 'app', 2, { kept: 0 });
    await world.until('is paused', 'web', (_s, object) => conditionOf(object, 'RolledOut')?.reason === 'RolloutPaused');
    world.controls.exitTask(idOf(first.status?.containerID), 1);
    const again = await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== first.status?.pid);
    t.deepEqual(madeOf(world, again), [record.manifestDigest]);
    await world.apply('web', { ...FROM_BUILD, progressDeadlineSeconds: 30 });
    t.notDeepEqual(madeOf(world, await done(world)), [record.manifestDigest]);
  },
);

test.serial(
  'a reference finds the Build of the namespace, after Images that were declared and before a registry',
  async (t) => {
    await using world = await ContainerWorld.open();
    await world.user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await createBuild(world, 'shop', { reference: 'shop:dev' }, 'other');
    await giveResult(world, 'shop', 1, { namespace: 'other' });
    await createBuild(world, 'shop', { reference: 'shop:dev' });
    await world.apply('web', { image: 'shop:dev' });
    await waiting(world, 'BuildNotReady', /Build shop/);
    const record = await giveResult(world, 'shop', 1);
    t.deepEqual(madeOf(world, await world.running('web')), [record.manifestDigest]);
    t.deepEqual((await world.user.list(IMAGE, { namespace: 'default' })).items, [], 'no Image was made for it');
    world.controls.addImage(REFERENCE, { version: 7 });
    const declared = { metadata: { name: 'shop', namespace: 'default' }, spec: { reference: REFERENCE } };
    await world.user.create({ ...IMAGE, ...declared });
    const image = await world.image('shop', ({ status }) => status?.manifestDigest);
    await world.until(
      'is of the Image',
      'web',
      ({ rollout }, object) => rollout === undefined && madeOf(world, object).join() === image.status?.manifestDigest,
    );
    t.pass();
  },
);

test.serial('the record of a result that somebody deleted is asked for again', async (t) => {
  await using world = await ContainerWorld.open();
  await createBuild(world, 'app');
  const { name } = await giveResult(world, 'app', 1);
  world.controls.deleteImage(name);
  await world.apply('web', FROM_BUILD);
  const ref = { ...BUILD, namespace: 'default', name: 'app' };
  const asked = await world.eventually('it is asked for', async () => {
    const { metadata } = await world.user.get(ref);
    return metadata.annotations?.['tsmoby.dev/build-request'];
  });
  await world.until('tries again', 'web', (_s, object) => conditionOf(object, 'Ready')?.status === 'False');
  t.is((await world.user.get(ref)).metadata.annotations?.['tsmoby.dev/build-request'], asked, 'once');
  await giveResult(world, 'app', 2);
  await world.running('web');
});

test.serial('the Image that was made for a reference goes when a Build comes that gives it', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addImage(REFERENCE);
  await world.apply('web', { image: 'shop:dev' });
  await world.running('web');
  await createBuild(world, 'shop', { reference: 'shop:dev' });
  const { manifestDigest } = await giveResult(world, 'shop', 1);
  await world.until('is of the Build', 'web', (_s, object) => madeOf(world, object).join() === manifestDigest);
  await world.eventually('it is gone', async () => (await world.user.list(IMAGE)).items.length === 0);
  t.pass();
});

async function revisions(world: ContainerWorld): Promise<readonly ControllerRevision[]> {
  const kind = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };
  return (await world.user.list<ControllerRevision>(kind, { namespace: 'default' })).items;
}
