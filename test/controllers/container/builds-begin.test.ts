/** A Build that begins to give what a Container had from elsewhere, and results that are lost under one. */
import test from 'ava';
import type { Build, ContainerSpec, ControllerRevision } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld, IMAGE } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { BUILD, createBuild, FROM_BUILD, giveResult, madeOf, tellBuild } from './build-world.ts';
import { done } from './start-first-world.ts';

const REFERENCE = 'docker.io/library/shop:dev';
const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };
const REF = { ...BUILD, namespace: 'default', name: 'shop' };

const revisions = async ({ user }: ContainerWorld): Promise<readonly ControllerRevision[]> =>
  (await user.list<ControllerRevision>(REVISION, { namespace: 'default' })).items;

/** A Container web whose image came from a registry. */
async function openWithImage(spec: Partial<ContainerSpec> = {}) {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  world.controls.addImage(REFERENCE);
  await world.apply('web', { image: 'shop:dev', progressDeadlineSeconds: 30, ...spec });
  return { time, world, first: await done(world) };
}

test.serial('the revision that runs stays while a Build begins to give its reference', async (t) => {
  const { world, first } = await openWithImage({ minReadySeconds: 5 });
  await using _ = world;
  const [before] = await revisions(world);
  await createBuild(world, 'shop', { reference: 'shop:dev' });
  const { manifestDigest } = await giveResult(world, 'shop', 1);
  await world.until('is on its way', 'web', ({ rollout, pid }) => rollout !== undefined && pid !== first.status?.pid);
  await world.quiet();
  const there = (await revisions(world)).find(({ metadata }) => metadata.name === before?.metadata.name);
  t.is(there?.metadata.uid, before?.metadata.uid);
  t.deepEqual(madeOf(world, await done(world)), [manifestDigest]);
});

test.serial('a first result that is bad is taken back to the image from before the Build', async (t) => {
  const { time, world, first } = await openWithImage();
  await using _ = world;
  const before = madeOf(world, first);
  await createBuild(world, 'shop', { reference: 'shop:dev' });
  await giveResult(world, 'shop', 1, { image: { config: { cmd: ['false'] } } });
  await world.until('is tried', 'web', ({ crashCount }) => (crashCount ?? 0) > 0);
  await time.pass(31_000);
  const after = await world.until(
    'runs again',
    'web',
    ({ state }, object) => conditionOf(object, 'RolledOut')?.reason === 'RolledBack' && state?.running,
    100,
  );
  t.deepEqual(madeOf(world, after), before);
  await world.quiet();
  t.deepEqual(await world.costOfNothing(), []);
  await giveResult(world, 'shop', 2);
  await done(world);
  await world.eventually('the Image goes', async () => (await world.user.list(IMAGE)).items.length === 0);
});

/** web waits for a result that is gone; the value of the request for another one. */
async function openWithLost() {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await createBuild(world, 'shop');
  const { name } = await giveResult(world, 'shop', 1);
  world.controls.deleteImage(name);
  await world.apply('web', { ...FROM_BUILD, imageFrom: { kind: 'Build', name: 'shop' } });
  await world.until('is told', 'web', (_s, object) => conditionOf(object, 'Ready')?.status === 'False');
  const request = async () => (await world.user.get<Build>(REF)).metadata.annotations?.['tsmoby.dev/build-request'];
  return { time, world, request };
}

const condition = (type: 'Ready' | 'Stalled', reason: string) =>
  ({
    type,
    status: type === 'Ready' ? 'False' : 'True',
    reason,
    message: reason,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }) as const;

test.serial('a lost result is not asked for again while a build of it runs, or when that failed', async (t) => {
  const { time, world, request } = await openWithLost();
  await using _ = world;
  const asked = await world.eventually('it is asked for', request);
  await tellBuild(world, 'shop', { observedBuildRequest: asked, lastBuild: { number: 2, phase: 'Running' } });
  await time.pass(900_000);
  await world.quiet();
  t.is(await request(), asked, 'while it runs');
  const conditions = [condition('Ready', 'BuildFailed'), condition('Stalled', 'BuildFailed')];
  await tellBuild(world, 'shop', { lastBuild: { number: 2, phase: 'Failed' }, conditions });
  await time.pass(900_000);
  await world.quiet();
  t.is(await request(), asked, 'when it failed');
});

test.serial('a result that is gone as soon as it was asked for is asked for again only much later', async (t) => {
  const { time, world, request } = await openWithLost();
  await using _ = world;
  const asked = await world.eventually('it is asked for', request);
  await tellBuild(world, 'shop', { observedBuildRequest: asked });
  await time.pass(300_000);
  await world.quiet();
  t.is(await request(), asked);
  await time.pass(700_000);
  const again = await world.eventually('it is asked for again', async () => {
    const now = await request();
    return now === asked ? undefined : now;
  });
  t.not(again, asked);
});
