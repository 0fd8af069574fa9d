import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { ContainerWorld } from '../../support/container-world.ts';

type Trouble = (world: ContainerWorld, id: string) => void;

/** What happens behind our back, and what the last run is then said to have ended of. */
const TROUBLES: Readonly<Record<string, readonly [Trouble, Partial<Last>]>> = {
  'its process is killed': [({ controls }, id) => controls.killTask(id), { reason: 'Error', exitCode: 137, signal: 9 }],
  'its process ends badly': [({ controls }, id) => controls.exitTask(id, 3), { reason: 'Error', exitCode: 3 }],
  'its process ends well': [({ controls }, id) => controls.exitTask(id, 0), { reason: 'Completed', exitCode: 0 }],
  'it runs out of memory': [({ controls }, id) => controls.oom(id), { reason: 'OOMKilled', exitCode: 137 }],
  'its task is deleted': [({ controls }, id) => controls.deleteTask(id), { reason: 'TaskLost', exitCode: 137 }],
  'its record is deleted': [({ controls }, id) => controls.deleteRecord(id), { reason: 'InstanceLost', exitCode: 137 }],
};

type Last = NonNullable<NonNullable<NonNullable<Container['status']>['lastState']>['terminated']>;

for (const [title, [trouble, last]] of Object.entries(TROUBLES)) {
  test(`when ${title}, it runs again at once, and says why`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('web');
    const before = await world.running('web');
    await world.quiet();
    trouble(world, world.only(before));
    const { status } = await world.running('web', ({ restartCount }) => restartCount === 1);
    t.like(status?.lastState?.terminated, { ...last, pid: before.status?.pid });
    t.not(status?.pid, before.status?.pid);
    t.like(status, { phase: 'Running', summary: 'Running', started: true, logRun: 1 });
    t.deepEqual(await world.costOfNothing(), []);
    t.is(world.instances(before).length, 1);
    await world.eventually('events tell of it', async () => {
      const events = await world.events('web');
      return events.includes('Started') && events.includes(last.reason ?? '');
    });
    t.pass();
  });
}

test('a lost exit event is found out without the event', async (t) => {
  const { ManualTime } = await import('../../support/manual-time.ts');
  await using world = await ContainerWorld.open({ time: new ManualTime() });
  await world.apply('web');
  const { status } = await world.running('web');
  world.controls.muteEvents(true);
  world.controls.killTask(world.only(await world.get('web')));
  const again = await world.until('runs again', 'web', ({ restartCount }) => restartCount === 1, 10_000);
  t.not(again.status?.pid, status?.pid);
});

test('the termination message and the exit code of a run are kept', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { restartPolicy: 'Never', terminationMessagePolicy: 'FallbackToLogsOnError' });
  const running = await world.running('web');
  world.controls.print({ log: running.metadata.uid, run: 0 }, 'stdout', 'last words\n');
  world.controls.exitTask(world.only(running), 4);
  const { status } = await world.until('failed', 'web', ({ phase }) => phase === 'Failed');
  t.like(status?.state?.terminated, { exitCode: 4, message: 'last words\n', reason: 'Error' });
});
