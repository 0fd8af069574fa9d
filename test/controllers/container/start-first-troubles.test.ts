/** What comes in between while StartFirst prepares another instance, or while a former one drains. */
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { APP, CONFIG_MAP, conditionOf } from '../../support/container-world.ts';
import { done, drained, idOf, isDone, leadsTo, open, toldGaps, version } from './start-first-world.ts';

const ENV = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } }];
const config = (a: string) => ({ ...CONFIG_MAP, metadata: { name: 'config', namespace: 'default' }, data: { a } });

test.serial(
  'a ready one of a revision in between does not take over in the name of one that cannot start',
  async (t) => {
    const { time, world, first } = await open();
    await using _ = world;
    await world.apply('web', version(2, { minReadySeconds: 10 }));
    await world.until('is ready', 'web', ({ update }) => update?.ready);
    await world.apply('web', version(3, { minReadySeconds: 10, env: ENV }));
    await world.until('waits', 'web', (_s, object) => conditionOf(object, 'Ready')?.reason === 'ConfigMapNotFound');
    await time.pass(30_000);
    const during = await world.get('web');
    t.is(during.status?.pid, first.status?.pid);
    t.is(leadsTo(world, during), `${during.metadata.uid}.0`);
    t.is(during.status?.currentRevision, first.status?.currentRevision);
    await time.pass(60_000);
    const late = await world.until(
      'is late',
      'web',
      (_s, object) => conditionOf(object, 'RolledOut')?.status === 'False',
    );
    t.is(conditionOf(late, 'RolledOut')?.reason, 'ProgressDeadlineExceeded');
    t.is(conditionOf(late, 'Stalled'), undefined, 'it is no fault of the revision');
    await world.user.create(config('x'));
    const after = await drained(world);
    t.not(after.status?.pid, first.status?.pid);
    t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', '3000']);
  },
);

test.serial('a tag that has moved meanwhile ends the old one no sooner', async (t) => {
  const { time, world, first } = await open({ imagePullPolicy: 'Always' });
  await using _ = world;
  // The registry is asked for what was wanted after it was asked last.
  await time.pass(5000);
  world.controls.addImage(APP, { version: 2 });
  await world.apply('web', version(2, { imagePullPolicy: 'Always', minReadySeconds: 10 }));
  const during = await world.until(
    'has the new content',
    'web',
    ({ update, imageID }) => update?.ready && update.imageID !== imageID,
  );
  t.is(during.status?.pid, first.status?.pid);
  t.like((await drained(world)).status, { restartCount: 1 });
});

test.serial('the old one is kept by its content also when the change is taken back', async (t) => {
  const { time, world, first } = await open({ imagePullPolicy: 'Always' });
  await using _ = world;
  await time.pass(5000);
  world.controls.addImage(APP, { version: 2 });
  await world.apply('web', { ...version(2, { imagePullPolicy: 'Always' }), command: ['false'] });
  await world.until('crashes', 'web', ({ update }) => (update?.crashCount ?? 0) > 1);
  await time.pass(62_000);
  const after = await world.until(
    'is taken back',
    'web',
    ({ update }, object) => update === undefined && conditionOf(object, 'Stalled'),
    100,
  );
  t.like(after.status, { pid: first.status?.pid ?? 0, restartCount: 0 });
});

test.serial('changed content that comes with a changed spec is brought by the next one', async (t) => {
  const { world } = await open();
  await using _ = world;
  await world.user.create(config('x'));
  const spec = { env: ENV, envOnChange: { action: 'Restart' as const } };
  await world.apply('web', version(2, spec));
  const before = await drained(world);
  await world.apply('web', version(3, { ...spec, minReadySeconds: 10 }));
  await world.until('is ready', 'web', ({ update }) => update?.ready);
  await world.user.apply(config('y'), { fieldManager: 'test', force: true });
  const during = await world.until('is told', 'web', ({ update }) => (update?.restartCount ?? 0) > 0 && update?.ready);
  t.is(during.status?.pid, before.status?.pid);
});

test.serial('the next one and those that drain may ask for names, though no name leads to them', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  const guests = () => world.runtime.publications.records.get(first.metadata.uid)?.publication.guests ?? [];
  const sandbox = (number: number) => `${first.metadata.uid}.${number}`;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2, { minReadySeconds: 10 }));
  await world.until('is ready', 'web', ({ update }) => update?.ready);
  t.deepEqual(guests(), [sandbox(1)]);
  await done(world);
  t.deepEqual(guests(), [sandbox(0)]);
  world.runtime.connections.close(first.status?.pid ?? 0);
  await drained(world);
  await world.quiet();
  t.deepEqual(guests(), []);
  t.deepEqual(await world.costOfNothing(), []);
});

test.serial('what a former one leaves behind is tried again, and no trouble of what serves', async (t) => {
  const { world } = await open();
  await using _ = world;
  world.controls.failNext(
    'sandboxes.remove',
    new RuntimeError('Unavailable', 'DEL failed', { reason: 'CniFailed' }),
    3,
  );
  await world.apply('web', version(2));
  const switched = await done(world);
  await world.eventually('it was tried', () => (world.controls.calls.get('sandboxes.remove') ?? 0) > 1, 100);
  const during = await world.get('web');
  t.is(conditionOf(during, 'Ready')?.status, 'True');
  await world.apply('web', version(3));
  const after = await drained(world);
  t.not(after.status?.pid, switched.status?.pid);
  t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.2`]);
});

test.serial('with others in its network it is replaced where it is, and that is told once', async (t) => {
  const { world } = await open();
  await using _ = world;
  await world.apply('side', { networkMode: 'container:web' });
  const side = await world.running('side');
  await world.apply('web', version(2, { minReadySeconds: 10 }));
  const during = await world.until('is ready', 'web', ({ rollout }) => rollout?.readySince);
  t.is(
    conditionOf(during, 'RolledOut')?.message,
    'the new revision is ready, and must stay so for a while (not by StartFirst: Container default/side shares its network)',
  );
  const after = await drained(world);
  t.is(after.status?.sandboxGeneration ?? 0, 0);
  t.deepEqual(await toldGaps(world), [
    'Warning 1 the old one is stopped first, as by Recreate: Container default/side shares its network',
  ]);
  t.is((await world.get('side')).status?.pid, side.status?.pid);
});

test.serial('with a policy that lets it end it is replaced where it is, and that is told once a change', async (t) => {
  const { world } = await open({ restartPolicy: 'OnFailure' });
  await using _ = world;
  await world.apply('web', version(2, { restartPolicy: 'OnFailure' }));
  await done(world);
  await world.apply('web', version(3, { restartPolicy: 'OnFailure' }));
  await done(world);
  await world.quiet();
  t.deepEqual(await toldGaps(world), [
    'Warning 2 the old one is stopped first, as by Recreate: restartPolicy is OnFailure',
  ]);
});

test.serial('connections that take all of the time of grace leave some for the hook', async (t) => {
  const lifecycle = { preStop: { exec: { command: ['bye'] } } };
  const { time, world, first } = await open({ lifecycle });
  await using _ = world;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2));
  await done(world);
  await time.pass(21_000);
  await drained(world);
  t.deepEqual(
    world.runtime.probes.asked.map(({ action }) => (action.type === 'exec' ? action.command : action.type)),
    [['bye']],
  );
  const events = await world.events('web');
  t.false(events.some((event) => event.includes('FailedPreStopHook')));
});

test.serial('one that was to be stopped once, and was wanted again, drains as any other', async (t) => {
  const lifecycle = { preStop: { sleep: { seconds: 15 } } };
  const { world } = await open({ lifecycle });
  await using _ = world;
  await world.apply('web', version(2, { lifecycle, minReadySeconds: 10 }));
  const second = await world.until('is ready', 'web', ({ update }) => update?.ready);
  await world.apply('web', version(1, { lifecycle }));
  await world.eventually('is stopped', async () => (await world.events('web')).includes('Killing'));
  await world.apply('web', version(2, { lifecycle, minReadySeconds: 10 }));
  const serving = await drained(world);
  t.is(serving.status?.pid, second.status?.update?.pid);
  world.runtime.connections.open(serving.status?.pid ?? 0);
  await world.apply('web', version(3, { lifecycle }));
  const switched = await world.until('is rolled out', 'web', (_s, object) => isDone(object), 100);
  t.is(switched.status?.draining?.length, 1);
  t.true(
    world.instances(switched).includes(`${idOf(serving.status?.containerID)} running`),
    'it was not asked to stop',
  );
  world.runtime.connections.close(serving.status?.pid ?? 0);
  await drained(world);
});
