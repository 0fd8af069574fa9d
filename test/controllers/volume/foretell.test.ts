import test from 'ava';
import type { Volume } from '../../../schemas/gen/types.ts';
import {
  conditionOf,
  container,
  ContainerWorld,
  CONTAINER,
  isReady,
  ref,
  VOLUME,
} from '../../support/container-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';

const volume = (spec: Volume['spec'] = {}) => ({ ...VOLUME, metadata: { name: 'data', namespace: 'default' }, spec });

const mounting = {
  volumes: [{ name: 'v', volume: { name: 'data' } }],
  volumeMounts: [{ name: 'v', mountPath: '/data' }],
};

const hasFailed = (object: Volume): boolean => conditionOf(object, 'Ready')?.status === 'False';

async function open(spec: Volume['spec'] = {}) {
  const world = await ContainerWorld.open();
  await world.user.create(volume(spec));
  const path = (await world.volume('data', isReady)).status?.path ?? '';
  return { world, path };
}

test('a Volume that is not there is made, and one that is there is left alone', async (t) => {
  await using world = await ContainerWorld.open();
  const change = await wouldBe(world, [volume()]);
  t.deepEqual(planText(await planOf(world, change)), [
    'Changed Volume data Create: made: an empty directory is made',
    '  Provision: an empty directory is made',
  ]);
  await world.user.create(volume());
  await world.volume('data', isReady);
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [volume()]))), [
    'Changed Volume data None: its storage is there',
  ]);
});

for (const [what, hostPath, why] of [
  ['is not allowed', { path: '/etc' }, /^HostPathNotAllowed: .*--allow-host-path/],
  ['is not allowed to be made', { path: '/srv', type: 'DirectoryOrCreate' }, /^HostPathNotAllowed: /],
  ['is not there', { path: '/allowed/none' }, /^HostPathNotFound: .* does not exist/],
] as const) {
  test(`a Volume of a path that ${what} waits as it would, and so does who mounts it`, async (t) => {
    await using world = await ContainerWorld.open({ allowHostPaths: ['/allowed'] });
    const objects = [volume({ hostPath }), container('web', mounting)];
    const [data, web] = await planOf(world, await wouldBe(world, objects));
    t.like(data, { action: 'Wait', steps: [] });
    t.like(web, { action: 'Wait', message: 'waits: VolumeNotReady: Volume default/data is not ready: not yet made' });
    await world.user.create(volume({ hostPath }));
    const { reason = '', message = '' } = conditionOf(await world.volume('data', hasFailed), 'Ready') ?? {};
    t.regex(`${reason}: ${message}`, why);
    t.is(data?.message, `waits: ${reason}: ${message}`);
  });
}

test('a Volume of a path that is made on the way is foretold, and the path not made', async (t) => {
  await using world = await ContainerWorld.open({ allowHostPaths: ['/allowed'] });
  const change = await wouldBe(world, [volume({ hostPath: { path: '/allowed/new', type: 'DirectoryOrCreate' } })]);
  const expected = [
    'Changed Volume data Create: made: a path of this machine is looked for',
    '  Provision /allowed/new: a path of this machine is looked for',
  ];
  t.deepEqual(planText(await planOf(world, change)), expected);
  await t.throwsAsync(world.runtime.volumes.resolveHostPath('/allowed/new'), { message: /does not exist/ });
});

test('a Volume that is deleted retains its data, or loses them, and says where', async (t) => {
  const retained = await open();
  await using world = retained.world;
  t.deepEqual(planText(await planOf(world, gone(ref(VOLUME, 'data')))), [
    `Deleted Volume data Retain: deleted: data retained in ${retained.path}`,
    `  Retain ${retained.path}: reclaimPolicy is Retain`,
  ]);
  const lost = await open({ reclaimPolicy: 'Delete' });
  await using other = lost.world;
  t.deepEqual(planText(await planOf(other, gone(ref(VOLUME, 'data')))), [
    'Deleted Volume data Delete: deleted: reclaimPolicy is Delete: its data are lost',
    `  RemoveDirectory ${lost.path}: reclaimPolicy is Delete: its data are lost`,
  ]);
});

test('a Volume that a Container mounts waits, unless the Container is deleted as well', async (t) => {
  const { world, path } = await open();
  await using _ = world;
  await world.user.create(container('web', mounting));
  await world.running('web');
  const [waits] = await planOf(world, gone(ref(VOLUME, 'data')));
  t.like(waits, { action: 'Wait', message: 'is deleted when nobody mounts it: mounted by containers web' });
  const both = await planOf(world, gone(ref(VOLUME, 'data'), ref(CONTAINER, 'web')));
  t.like(both[0], { action: 'Retain', message: `deleted: data retained in ${path}` });
});

test('data that vanished are waited for, and retained ones used again', async (t) => {
  const { world, path } = await open();
  await using _ = world;
  await world.runtime.volumes.removeDirectory({ namespace: 'default', name: 'data', uid: '' });
  const [lost] = await planOf(world, await wouldBe(world, [volume({ reclaimPolicy: 'Delete' })]));
  t.is(lost?.action, 'Wait');
  t.regex(lost?.message ?? '', /^waits: VolumeDataMissing: .* is gone, and its data with it/);
  await world.runtime.volumes.ensureDirectory({ namespace: 'default', name: 'other', uid: 'former' });
  const other = { ...volume(), metadata: { name: 'other', namespace: 'default' } };
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [other]))), [
    'Changed Volume other Create: made: the data that an earlier Volume of this name retained are used',
    `  Provision ${path.replace('/data/data', '/other/data')}: the data that an earlier Volume of this name retained are used`,
  ]);
});
