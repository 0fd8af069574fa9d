/** Content that is missing, hidden or late, and a runtime that is. */
import test from 'ava';
import {
  conditionOf,
  conditionsText,
  CONFIG_MAP,
  CONTAINER,
  ContainerWorld,
  ref,
} from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { rewriteStored } from '../../support/rewrite-stored.ts';
import { mounting, SERVE, SIGHUP, site, Told, variable } from './on-change-world.ts';

test('a ConfigMap that is deleted under its users: they run on, Ready, and a condition tells until it is back', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Restart' }), ...variable('Restart') });
  const before = await world.running('web');
  await world.user.delete(ref(CONFIG_MAP, 'site'));
  const lacking = await world.until('tells', 'web', (_, object) => conditionOf(object, 'ConfigurationCurrent'));
  t.is(conditionsText(lacking), 'ConfigurationCurrent=False ConfigMapNotFound, Ready=True Running');
  t.regex(conditionOf(lacking, 'ConfigurationCurrent')?.message ?? '', /ConfigMap default\/site is not there/);
  t.like(lacking.status, { pid: before.status?.pid ?? 0, restartCount: 0, summary: 'Running' });
  const path = `${world.runtime.facts.runDirectory}/projections/${before.metadata.uid}.site/page`;
  t.is(Buffer.from((await world.runtime.files.read(path)) ?? []).toString(), 'first');
  await site(world, 'first');
  const healed = await world.until('heals', 'web', (_, object) => !conditionOf(object, 'ConfigurationCurrent'));
  t.is(conditionsText(healed), 'Ready=True Running');
  t.is(healed.status?.restartCount, 0);
  t.deepEqual(told.lines, [], 'the same content is no change');
});

test('nothing is stopped for a change while something else that it needs is missing', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  const other = { ...CONFIG_MAP, metadata: { name: 'other', namespace: 'default' }, data: { a: '1' } };
  await world.user.create(other);
  const { env = [], ...rest } = variable('Restart');
  await world.apply('web', {
    ...rest,
    env: [...env, { name: 'A', valueFrom: { configMapKeyRef: { name: 'other', key: 'a' } } }],
  });
  const before = await world.running('web');
  await world.user.delete(ref(CONFIG_MAP, 'other'));
  await world.until('tells', 'web', (_, object) => conditionOf(object, 'ConfigurationCurrent'));
  await site(world, 'second');
  await world.quiet();
  t.like((await world.get('web')).status, { pid: before.status?.pid ?? 0, summary: 'Running' });
  await world.user.create(other);
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(conditionsText(after), 'Ready=True Running');
});

test('nothing is stopped to be started again while a volume that it mounts could not be mounted', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  const data = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume' } as const;
  await world.user.create({ ...data, metadata: { name: 'data', namespace: 'default' }, spec: {} } as never);
  await world.apply('web', {
    ...variable('Restart'),
    volumes: [{ name: 'data', volume: { name: 'data' } }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  });
  const before = await world.running('web');
  await world.user.delete(ref(data, 'data'));
  await site(world, 'second');
  const kept = await world.until(
    'tells',
    'web',
    (_, object) => conditionOf(object, 'Ready')?.reason === 'VolumeNotFound',
  );
  await world.quiet();
  t.like(kept.status, { pid: before.status?.pid ?? 0, restartCount: 0, restarting: undefined, phase: 'Running' });
  t.is((await world.get('web')).status?.pid, before.status?.pid);
});

test('a subPath mount does not follow, status says so, and it is right after the next start', async (t) => {
  await using world = await ContainerWorld.open();
  await site(world, 'first');
  await world.apply('web', mounting(undefined, { mountPath: '/one', subPath: 'page' }));
  const before = await world.running('web');
  await site(world, 'second');
  const behind = await world.until('tells', 'web', (_, object) => conditionOf(object, 'ConfigurationCurrent'));
  t.is(conditionsText(behind), 'ConfigurationCurrent=False SubPathNotFollowed, Ready=True Running');
  t.regex(conditionOf(behind, 'ConfigurationCurrent')?.message ?? '', /^\/one: /);
  world.controls.exitTask(world.only(before), 1);
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(conditionsText(after), 'Ready=True Running');
});

test('a subPath mount with a signal, in an object from before such were refused: nobody is told of what he cannot see', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Restart' }, { mountPath: '/one', subPath: 'page' }) });
  await world.running('web');
  await world.stop();
  await rewriteStored(world.api, ref(CONTAINER, 'web'), '"Restart"', '"Signal"');
  await world.start();
  await site(world, 'second');
  const behind = await world.until('tells', 'web', (_, object) => conditionOf(object, 'ConfigurationCurrent'));
  t.is(conditionsText(behind), 'ConfigurationCurrent=False SubPathNotFollowed, Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
  t.is(conditionsText(await world.get('web')), conditionsText(behind));
  t.deepEqual(told.lines, []);
});

test('an optional ConfigMap that comes later is a change, and fills the directory', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await world.apply('web', {
    ...SERVE,
    volumes: [{ name: 'site', configMap: { name: 'site', optional: true } }],
    volumeMounts: [{ name: 'site', mountPath: '/site', onChange: { action: 'Signal' } }],
  });
  await world.running('web');
  await site(world, 'first');
  await world.eventually('it is told', () => told.lines.includes(`kill ${SIGHUP} first`));
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
});

test('a signal that cannot be sent because the runtime is away is sent when it is back', async (t) => {
  const time = new ManualTime();
  const told = new Told();
  await using world = await ContainerWorld.open({ ...told.options, time });
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Signal' }) });
  await world.running('web');
  await world.quiet();
  world.controls.setUnavailable(true);
  await site(world, 'second');
  await world.until('says so', 'web', (_, object) => conditionOf(object, 'Ready')?.status === 'Unknown', 200);
  world.controls.setUnavailable(false);
  await world.eventually('it is told', () => told.lines.includes(`kill ${SIGHUP} second`), 200);
  await world.running('web');
  t.is((await world.get('web')).status?.restartCount, 0);
});
