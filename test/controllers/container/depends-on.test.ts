import test from 'ava';
import type { Container, ContainerDependsOn, ContainerSpec } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import {
  conditionOf,
  conditionsText,
  CONFIG_MAP,
  ContainerWorld,
  ref,
  CONTAINER,
} from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const NAMES = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

const on = (
  name: string,
  condition: NonNullable<ContainerDependsOn['condition']> = 'Ready',
  more: Partial<ContainerDependsOn> = {},
): ContainerDependsOn => ({ kind: 'Container', name, condition, ...more });

const after = (...dependsOn: ContainerDependsOn[]): Partial<ContainerSpec> => ({ dependsOn });

const messageOf = (object: Container): string => conditionOf(object, 'Reconciling')?.message ?? '';

const held = (world: ContainerWorld, name: string, reason = 'DependencyNotReady'): Promise<Container> =>
  world.until(`waits: ${reason}`, name, (_, object) => conditionOf(object, 'Reconciling')?.reason === reason);

test('it waits for what is not there, by name, makes nothing, and is started when that is Ready', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('app', after(on('db')));
  const waits = await held(world, 'app');
  t.is(messageOf(waits), 'Container db is not there');
  t.is(conditionsText(waits), 'Ready=False DependencyNotReady, Reconciling=True DependencyNotReady');
  t.like(waits.status, { phase: 'Pending', summary: 'DependencyNotReady' });
  t.deepEqual(world.instances(waits), []);
  await world.apply('db');
  await world.running('db');
  const { status } = await world.running('app');
  t.is(status?.restartCount, 0);
  t.true(time.now() < Date.parse('2026-01-01T00:00:20Z'), 'by watch, not by a look now and then');
});

test('its image is fetched while it waits', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('app', { image: 'docker.io/library/other:1', ...after(on('db')) });
  world.controls.addImage('docker.io/library/other:1');
  await held(world, 'app');
  t.true([...world.runtime.images.records.values()].length > 0);
});

test('Completed: after success only; a failure is told, and heals with a run that succeeds', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('app', after(on('migrate', 'Completed')));
  await world.apply('migrate', { command: ['false'], restartPolicy: 'Never' });
  const failed = await held(world, 'app', 'DependencyFailed');
  t.is(messageOf(failed), 'Container migrate failed with code 1');
  t.deepEqual(world.instances(failed), []);
  await world.apply('migrate', { command: ['true'], restartPolicy: 'Never' });
  await world.running('app');
});

test('Completed and Started: what was there before a change is not what comes of it', async (t) => {
  await using world = await ContainerWorld.open({ time: new ManualTime() });
  const job = { restartPolicy: 'Never' } as const;
  await world.apply('migrate', { command: ['true'], ...job });
  await world.apply('db');
  await world.apply('app', after(on('migrate', 'Completed'), on('db', 'Started')));
  const first = world.only(await world.running('app'));
  await world.apply('migrate', { image: 'docker.io/library/other:2', command: ['true'], ...job });
  await world.apply('db', { image: 'docker.io/library/other:2' });
  await world.apply('app', { args: ['sleep', '2000'], ...after(on('migrate', 'Completed'), on('db', 'Started')) });
  await held(world, 'app');
  const pulls = (name: string) =>
    world.until(
      'saw its change',
      name,
      ({ observedGeneration }, { metadata }) => observedGeneration === metadata.generation,
    );
  t.is((await pulls('migrate')).status?.phase, 'Succeeded', 'as told of the run before');
  t.truthy((await pulls('db')).status?.state?.running);
  await world.quiet();
  const waits = await world.get('app');
  t.is(messageOf(waits), 'Container migrate has not completed; Container db has not started (its last change)');
  t.deepEqual(world.instances(waits), [`${first} running`]);
  world.controls.addImage('docker.io/library/other:2');
  const second = await world.running('app', ({ restartCount }) => restartCount === 1);
  t.not(world.only(second), first);
});

test('Completed of what is always started again can never be', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.apply('app', after(on('db', 'Completed')));
  const failed = await held(world, 'app', 'DependencyFailed');
  t.is(messageOf(failed), 'Container db never completes: its restartPolicy is Always');
});

test('Started: it runs and has started, or has completed', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('app', after(on('db', 'Started'), on('job', 'Started')));
  await held(world, 'app');
  await world.apply('job', { command: ['true'], restartPolicy: 'Never' });
  await world.until('is over', 'job', ({ phase }) => phase === 'Succeeded');
  const waits = await held(world, 'app');
  t.deepEqual(world.instances(waits), []);
  await world.apply('db');
  await world.running('app');
});

test('what is stalled cannot become Ready, and is told with its reason', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db', { image: 'NOT//valid' });
  await world.apply('app', after(on('db')));
  const failed = await held(world, 'app', 'DependencyFailed');
  t.regex(messageOf(failed), /^Container db is stalled \(InvalidImageName: /);
  await world.apply('db');
  await world.running('app');
});

test('other kinds: a ConfigMap by its being there, a Volume and a Namespace by what they say', async (t) => {
  await using world = await ContainerWorld.open();
  const of = (kind: string, name: string) => on(name, 'Ready', { kind });
  await world.apply('app', after(of('ConfigMap', 'site'), of('Volume', 'data'), of('Namespace', 'default')));
  const waits = await held(world, 'app');
  t.is(messageOf(waits), 'ConfigMap site is not there; Volume data is not there');
  await world.user.create({ ...CONFIG_MAP, metadata: { name: 'site', namespace: 'default' } });
  await world.until('waits for the other', 'app', (_, object) => messageOf(object) === 'Volume data is not there');
  await world.user.create({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Volume',
    metadata: { name: 'data', namespace: 'default' },
    spec: {},
  } as never);
  await world.running('app');
});

const GADGETS = {
  ...NAMES,
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

test('a kind that comes later is waited for, then its objects, then their condition', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('app', after(on('one', 'Ready', { kind: 'Gadget' })));
  const waits = await held(world, 'app');
  t.is(messageOf(waits), 'Gadget one is not known: there is no kind Gadget');
  await world.user.create(GADGETS);
  await world.until('knows the kind', 'app', (_, object) => messageOf(object) === 'Gadget one is not there');
  const GADGET = { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'one', namespace: 'default' } };
  const conditions = (status: string) => [
    { type: 'Ready', status, reason: 'Because', message: 'so', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];
  await world.user.create(GADGET);
  // No condition of it has ever been seen, and its schema knows of none: that it is there is all there is.
  await world.running('app');
  await world.user.updateStatus({
    ...(await world.user.get<KubeObject>(ref(GADGET, 'one'))),
    status: { conditions: conditions('False') },
  } as never);
  await world.apply('next', after(on('one', 'Ready', { kind: 'Gadget', apiVersion: 'example.com/v1' })));
  const next = await held(world, 'next');
  t.is(messageOf(next), 'Gadget one is not ready (Because: so)');
  await world.user.updateStatus({
    ...(await world.user.get<KubeObject>(ref(GADGET, 'one'))),
    status: { conditions: conditions('True') },
  } as never);
  await world.running('next');
});

test('only the first start waits: what runs is not stopped, and a crash is repaired, when a dependency left', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.apply('app', after(on('db')));
  const before = await world.running('app');
  await world.delete('db');
  await world.gone('db');
  await world.quiet();
  t.like((await world.get('app')).status, { pid: before.status?.pid ?? 0, summary: 'Running' });
  world.controls.exitTask(world.only(before), 1);
  await world.running('app', ({ restartCount }) => restartCount === 1);
});

test('what replaces a container waits, and the former one runs on', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('app', { command: ['sleep', 'infinity'] });
  const before = await world.running('app');
  await world.apply('app', { command: ['httpd'], ...after(on('db')) });
  const waits = await held(world, 'app');
  t.deepEqual(world.instances(waits), [`${world.only(before)} running`]);
  await world.apply('db');
  await world.running('app', ({ restartCount }) => restartCount === 1);
});

test('while what replaces a container waits, the former one is started again when it crashes, as it was', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('app', { command: ['sleep', 'infinity'] });
  const before = await world.running('app');
  const id = world.only(before);
  await world.apply('app', { command: ['httpd'], ...after(on('db')) });
  await held(world, 'app');
  for (const crashCount of [1, 2]) {
    world.controls.exitTask(id, 1);
    const again = await world.until(
      `runs again, crash ${crashCount}`,
      'app',
      (status) => status.restartCount === crashCount && status.state?.running !== undefined,
    );
    t.is(again.status?.crashCount, crashCount);
    t.deepEqual(world.instances(again), [`${id} running`]);
    t.deepEqual(world.controls.instance(id)?.spec.process.args, ['sleep', 'infinity']);
    t.is(conditionOf(again, 'Ready')?.status, 'False');
    await held(world, 'app');
  }
  t.deepEqual(await world.costOfNothing(), []);
  await world.apply('db');
  const done = await world.running('app', ({ restartCount }) => restartCount === 3);
  t.deepEqual(world.controls.instance(world.only(done))?.spec.process.args, ['httpd']);
});

test('what is put back in place of a change that failed waits for nothing', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('db');
  await world.apply('app', { command: ['sleep', 'infinity'], ...after(on('db')), progressDeadlineSeconds: 30 });
  await world.until('is good', 'app', ({ currentRevision }) => currentRevision);
  await world.delete('db');
  await world.gone('db');
  await world.apply('app', { command: ['false'], dependsOn: [], progressDeadlineSeconds: 30 });
  await world.until('is being rolled out', 'app', ({ rollout }) => rollout);
  await time.pass(31_000);
  const back = await world.until('is put back', 'app', ({ rollout, state }) => rollout?.reverted && state?.running);
  t.deepEqual(world.controls.instance(world.only(back))?.spec.process.args, ['sleep', 'infinity']);
});

test('who goes back by hand from a bad change to what was good waits for nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.running('db');
  await world.apply('app', { ...after(on('db')), args: ['tail', '1000'] });
  await world.running('app');
  await world.apply('app', { ...after(on('db')), command: ['false'] });
  await world.until('crashes', 'app', ({ crashCount = 0 }) => crashCount > 1);
  await world.apply('db', { command: ['false'] });
  await world.until('is not ready', 'db', (_, object) => conditionOf(object, 'Ready')?.status === 'False');
  await world.apply('app', { ...after(on('db')), args: ['tail', '1000'] });
  const { status } = await world.running('app', ({ rollout }) => rollout === undefined);
  t.is(status?.currentRevision, status?.updateRevision);
});

test('a circle that the API server let through is shown, and heals when it is broken', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('a', after(on('b')));
  await world.apply('b', after(on('c')));
  await world.apply('c', after(on('a')));
  const stalled = await world.until('is stalled', 'a', (_, object) => conditionOf(object, 'Stalled'));
  t.is(conditionsText(stalled), 'Ready=False DependencyCycle, Stalled=True DependencyCycle');
  t.is(conditionOf(stalled, 'Stalled')?.message, 'what it waits for goes in a circle: a -> b -> c -> a');
  t.deepEqual(world.controls.instanceIds(), []);
  await world.apply('c', { dependsOn: [] });
  for (const name of ['c', 'b', 'a']) await world.running(name);
  t.is(conditionsText(await world.get('a')), 'Ready=True Running');
});

test('restart: it is started again when its dependency was, once that is well again, and not by a daemon', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.apply('app', { ...after(on('db', 'Ready', { restart: true })), restartPolicy: 'OnFailure' });
  const before = await world.running('app');
  const [db] = [await world.running('db')];
  t.is(before.status?.dependencies?.[0]?.run, `${db?.metadata.uid}/0`);
  world.controls.exitTask(world.only(db), 1);
  const again = await world.running('app', ({ restartCount }) => restartCount === 1);
  t.is(again.status?.dependencies?.[0]?.run, `${db.metadata.uid}/1`);
  t.like(again.status?.lastState?.terminated, { reason: 'Stopped' });
  t.is(again.status?.crashCount, 0);
  await world.eventually('an event tells', async () => (await world.events('app')).includes('DependencyRestarted'));
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.get('app')).status?.restartCount, 1);
  t.deepEqual(await world.costOfNothing(), []);
});

test('restart: another object of the name counts; the same one does not, and none stops nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.running('db');
  await world.apply('app', after(on('db', 'Ready', { restart: true })));
  const before = await world.running('app');
  await world.delete('db');
  await world.gone('db');
  await world.quiet();
  t.is((await world.get('app')).status?.pid, before.status?.pid);
  await world.apply('db');
  await world.running('app', ({ restartCount }) => restartCount === 1);
});

test('restart, asked for later, counts from then on', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('db');
  await world.running('db');
  await world.apply('app', after(on('db')));
  await world.running('app');
  const db = await world.running('db');
  world.controls.exitTask(world.only(db), 1);
  await world.running('db', ({ restartCount }) => restartCount === 1);
  await world.apply('app', after(on('db', 'Ready', { restart: true })));
  await world.until('remembers', 'app', ({ dependencies }) => dependencies?.[0]?.run === `${db.metadata.uid}/1`);
  await world.quiet();
  t.is((await world.get('app')).status?.restartCount, 0);
  await world.user.delete(ref(CONTAINER, 'app'));
  await world.gone('app');
});
