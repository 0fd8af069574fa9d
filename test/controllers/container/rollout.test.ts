import test from 'ava';
import type { Image } from '../../../schemas/gen/types.ts';
import { conditionOf, conditionsText, CONFIG_MAP, ContainerWorld, IMAGE } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { BAD, BETTER, GOOD, openWithGood, pastDeadline, rolledOut } from './rollout-world.ts';

test.serial('a change is rolled out when the new version has run for a moment', async (t) => {
  const { world, good } = await openWithGood();
  await using _ = world;
  await world.apply('web', BETTER);
  await rolledOut(world, 'False', 'RolloutProgressing', 5);
  const after = await rolledOut(world, 'True', 'RolloutComplete');
  t.is(after.status?.rollout, undefined);
  t.is(after.status?.currentRevision, after.status?.updateRevision);
  t.not(after.status?.currentRevision, good.status?.currentRevision);
  const events = await world.events('web');
  t.true(events.includes('RolloutProgressing') && events.includes('RolloutComplete'));
  t.deepEqual(await world.costOfNothing(), []);
});

test.serial(
  'a new version that crashes again and again is taken back at the deadline, and the spec is not touched',
  async (t) => {
    const { time, world, good } = await openWithGood();
    await using _ = world;
    await world.apply('web', BAD);
    await pastDeadline(world, time);
    const after = await world.until('is taken back', 'web', (_status, object) => conditionOf(object, 'Stalled'));
    t.is(conditionsText(after), 'Ready=False RolledBack, Stalled=True RolledBack');
    t.like(conditionOf(after, 'RolledOut'), { status: 'False', reason: 'RolledBack' });
    t.regex(conditionOf(after, 'RolledOut')?.message ?? '', /was not ready in time: .*; back to web-/);
    t.like(after.status, {
      currentRevision: good.status?.currentRevision ?? '',
      phase: 'Running',
      summary: 'RolledBack',
    });
    t.deepEqual(after.spec.command, ['false']);
    t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', '1000']);
    t.deepEqual(await world.costOfNothing(), []);
  },
);

test.serial('the good version that runs again is kept running when it crashes', async (t) => {
  const { time, world } = await openWithGood();
  await using _ = world;
  await world.apply('web', BAD);
  await pastDeadline(world, time);
  const before = await world.until('is taken back', 'web', (_s, object) => conditionOf(object, 'Stalled'));
  world.controls.exitTask(world.only(before), 1);
  const after = await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== before.status?.pid);
  t.is(conditionOf(after, 'RolledOut')?.reason, 'RolledBack');
});

test.serial('the deadline counts from when the change was seen, over restarts of the daemon', async (t) => {
  const { time, world } = await openWithGood();
  await using _ = world;
  await world.apply('web', BAD);
  const { status } = await world.until('is under way', 'web', ({ rollout }) => rollout?.startedAt);
  await world.stop();
  await time.pass(20_000);
  await world.start();
  await world.quiet();
  t.is((await world.get('web')).status?.rollout?.startedAt, status?.rollout?.startedAt);
  t.is((await world.get('web')).status?.rollout?.failure, undefined);
  await time.pass(11_000);
  t.is((await rolledOut(world, 'False', 'RolledBack')).status?.rollout?.reverted, true);
});

test.serial('onFailure Stop leaves the new version as it is, and tells', async (t) => {
  const { time, world } = await openWithGood({ updateStrategy: { onFailure: 'Stop' } });
  await using _ = world;
  await world.apply('web', { ...BAD, updateStrategy: { onFailure: 'Stop' } });
  await pastDeadline(world, time);
  const after = await world.until('has failed', 'web', (_s, object) => conditionOf(object, 'Stalled'));
  t.is(conditionsText(after), 'Ready=False ProgressDeadlineExceeded, Stalled=True ProgressDeadlineExceeded');
  t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['false']);
  const { restartCount = 0 } = after.status ?? {};
  await time.pass(120_000);
  const { status } = await world.get('web');
  t.true((status?.restartCount ?? 0) > restartCount, 'it is tried again all the same');
});

test.serial(
  'a change whose image never comes keeps the former version, and is told to be late at the deadline',
  async (t) => {
    const { time, world, good } = await openWithGood();
    await using _ = world;
    await world.apply('web', { ...GOOD, image: 'app:2' });
    await pastDeadline(world, time);
    const after = await rolledOut(world, 'False', 'ProgressDeadlineExceeded');
    t.is(conditionOf(after, 'Stalled'), undefined);
    t.regex(conditionOf(after, 'RolledOut')?.message ?? '', /app/);
    t.is(after.status?.pid, good.status?.pid);
    t.is(world.instances(after).length, 1);
  },
);

test.serial(
  'what a new version refers to and is not there: the former one runs on, and the change goes on when it comes',
  async (t) => {
    const { world, good } = await openWithGood();
    await using _ = world;
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } }];
    await world.apply('web', { ...GOOD, env });
    const waiting = await rolledOut(world, 'False', 'RolloutProgressing');
    t.is(waiting.status?.pid, good.status?.pid);
    const metadata = { name: 'config', namespace: 'default' };
    await world.user.create({ ...CONFIG_MAP, metadata, data: { a: '1' } } as never);
    const after = await rolledOut(world, 'True', 'RolloutComplete');
    t.not(after.status?.pid, good.status?.pid);
  },
);

test.serial('a first revision that is late goes on: there is nothing to go back to', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { ...GOOD, image: 'app:2' });
  await pastDeadline(world, time);
  const late = await rolledOut(world, 'False', 'ProgressDeadlineExceeded');
  t.is(conditionOf(late, 'Stalled'), undefined);
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  t.is((await rolledOut(world, 'True', 'RolloutComplete')).status?.rollout, undefined);
});

test.serial('minReadySeconds is waited for, and a crash begins it anew', async (t) => {
  const { time, world } = await openWithGood();
  await using _ = world;
  await world.apply('web', { ...BETTER, minReadySeconds: 10 });
  const first = await world.until('is ready', 'web', ({ rollout }) => rollout?.readySince);
  await time.pass(6000);
  world.controls.exitTask(world.only(first), 1);
  await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== first.status?.pid);
  await time.pass(6000);
  t.is(conditionOf(await world.get('web'), 'RolledOut')?.status, 'False');
  await time.pass(6000);
  t.is((await rolledOut(world, 'True', 'RolloutComplete')).status?.rollout, undefined);
});

test.serial('going back to the former spec during a rollout ends it', async (t) => {
  const { world, good } = await openWithGood();
  await using _ = world;
  await world.apply('web', BAD);
  await world.until('crashes', 'web', ({ crashCount = 0 }) => crashCount > 2);
  await world.apply('web', GOOD);
  const after = await rolledOut(world, 'True', 'RolloutComplete');
  t.is(after.status?.currentRevision, good.status?.currentRevision);
  t.is(after.status?.rollout, undefined);
});

test.serial('paused: what needs another instance waits, and the rest is applied', async (t) => {
  const { world, good } = await openWithGood();
  await using _ = world;
  const limits = { resources: { limits: { memory: '64Mi' } } };
  await world.apply('web', { ...BETTER, ...limits, paused: true });
  const paused = await rolledOut(world, 'False', 'RolloutPaused');
  t.is(paused.status?.pid, good.status?.pid);
  const memory = await world.until('has its limits', 'web', ({ resources }) => resources?.memoryBytes);
  t.is(memory.status?.resources?.memoryBytes, 64 * 1024 * 1024);
  t.not(paused.status?.updateRevision, paused.status?.currentRevision);
  await world.apply('web', { ...BETTER, ...limits });
  const after = await rolledOut(world, 'True', 'RolloutComplete');
  t.not(after.status?.pid, good.status?.pid);
});

test.serial('a job that has ended is rolled out, and no deadline brings a former one back', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  const job = { restartPolicy: 'Never', progressDeadlineSeconds: 5 } as const;
  await world.apply('web', { ...job, command: ['true'] });
  await rolledOut(world, 'True', 'RolloutComplete');
  await world.apply('web', { ...job, command: ['false'] });
  const failed = await world.until('has ended', 'web', ({ phase }) => phase === 'Failed');
  await time.pass(60_000);
  const after = await world.get('web');
  t.is(after.status?.restartCount, failed.status?.restartCount);
  t.like(conditionOf(after, 'RolledOut'), { status: 'False', reason: 'Error' });
});

test.serial(
  'a changed image that crashes again and again is taken back, and the former one is not gone by then',
  async (t) => {
    const { time, world, good } = await openWithGood();
    await using _ = world;
    world.controls.addImage('docker.io/library/app:2', { version: 2 });
    await world.apply('web', { ...BAD, image: 'app:2' });
    await world.until('crashes', 'web', ({ crashCount = 0 }) => crashCount > 1);
    await pastDeadline(world, time);
    const after = await world.until('is taken back', 'web', (_s, object) => conditionOf(object, 'Stalled'));
    t.like(after.status, { phase: 'Running', currentRevision: good.status?.currentRevision ?? '' });
    t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', '1000']);
    t.is(world.controls.calls.get('images.pull'), 2, 'each image was fetched once');
    t.deepEqual(await world.costOfNothing(), []);
  },
);

test.serial('the former image goes when the new one has been good', async (t) => {
  const { world } = await openWithGood();
  await using _ = world;
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  await world.apply('web', { ...BETTER, image: 'app:2' });
  await rolledOut(world, 'True', 'RolloutComplete');
  const images = async () => (await world.user.list<Image>(IMAGE, { namespace: 'default' })).items;
  const [only] = await world.eventually('one is left', async () => {
    const all = await images();
    return all.length === 1 ? all : undefined;
  });
  t.is(only?.spec.reference, 'app:2');
});

test.serial(
  'the next pass over a Container waits for the end of the one whose revision could not be written',
  async (t) => {
    const time = new ManualTime();
    let passes = 0;
    let most = 0;
    let refused = 0;
    await using world = await ContainerWorld.open({
      time,
      client: (client) =>
        new Proxy(client, {
          get(target, name) {
            if (name === 'create')
              return async (object: { kind: string }, ...rest: []) => {
                if (object.kind === 'ControllerRevision' && refused < 3) {
                  refused += 1;
                  throw new Error('no room');
                }
                return target.create(object as never, ...rest);
              };
            const value = Reflect.get(target, name) as unknown;
            return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
          },
        }),
      ports: (runtime) => ({
        ...runtime,
        containers: new Proxy(runtime.containers, {
          get(target, name) {
            const value = Reflect.get(target, name) as unknown;
            if (typeof value !== 'function') return value;
            if (name !== 'create') return (value as () => unknown).bind(target);
            return async (...args: []) => {
              passes += 1;
              most = Math.max(most, passes);
              await new Promise((resolve) => setTimeout(resolve, 50));
              try {
                return await (value as (...all: []) => Promise<unknown>).apply(target, args);
              } finally {
                passes -= 1;
              }
            };
          },
        }),
      }),
    });
    await world.apply('web', GOOD);
    await rolledOut(world, 'True', 'RolloutComplete');
    t.is(refused, 3);
    t.is(most, 1);
  },
);
