import test from 'ava';
import { parseTime } from '../../../schemas/values/time.ts';
import { conditionOf, conditionsText, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('a crash loop waits twice as long each time, and says until when', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { command: ['false'] });
  const delays: number[] = [];
  for (let crashes = 2; crashes <= 6; crashes += 1) {
    const { status } = await world.until('backs off', 'web', (now) => now.crashCount === crashes && now.nextStartTime);
    const [failed, next] = [status?.lastState?.terminated?.finishedAt, status?.nextStartTime].map((at) =>
      parseTime(at ?? ''),
    );
    t.true(failed !== undefined);
    delays.push((next ?? 0) - time.now());
    t.like(status, { phase: 'Pending', summary: 'CrashLoopBackOff', started: false, restartCount: crashes - 1 });
    t.is(status?.state?.waiting?.reason, 'CrashLoopBackOff');
    t.deepEqual(world.instances(await world.get('web')).length, 1);
  }
  // Seen a few turns after it began.
  delays.forEach((delay, index) => {
    const whole = 200 * 2 ** index;
    t.true(delay > whole - 100 && delay <= whole, `${delay} of ${whole}`);
  });
});

test('nothing starts before its time, and one good run ends the row', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  const crash = async (restarts: number) => {
    const running = await world.running('web', ({ restartCount }) => restartCount === restarts);
    world.controls.exitTask(world.only(running), 1);
  };
  await crash(0);
  await crash(1);
  await crash(2);
  const waiting = await world.until(
    'backs off',
    'web',
    ({ crashCount, nextStartTime }) => crashCount === 3 && nextStartTime,
  );
  const next = parseTime(waiting.status?.nextStartTime ?? '') ?? 0;
  await time.pass(next - time.now() - 1);
  t.deepEqual(
    world.instances(waiting).map((text) => text.split(' ').slice(1).join(' ')),
    ['no task'],
  );
  t.is(conditionsText(await world.get('web')), 'Ready=False CrashLoopBackOff, Reconciling=True CrashLoopBackOff');
  await world.running('web', ({ restartCount, nextStartTime }) => restartCount === 3 && nextStartTime === undefined);
  await time.pass(60_000);
  await crash(3);
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 4);
  t.is(status?.crashCount, 1);
});

test('a changed spec starts at once, and is not charged for the crashes of the former', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { command: ['false'] });
  await world.until('backs off', 'web', ({ crashCount }) => crashCount === 6);
  await world.apply('web', { command: ['sleep', 'infinity'] });
  const { status } = await world.running('web');
  t.is(status?.crashCount, undefined);
  t.is(status?.nextStartTime, undefined);
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('a command that is not in the image is told as that, and heals with the image', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { command: ['no-such-program'] });
  const { status } = await world.until('waits', 'web', ({ crashCount }) => crashCount === 3);
  t.is(status?.state?.waiting?.reason, 'CommandNotFound');
  t.regex(status?.state?.waiting?.message ?? '', /no-such-program/);
  t.is(conditionOf(await world.get('web'), 'Ready')?.reason, 'CommandNotFound');
  await world.apply('web', { command: ['sleep', 'infinity'] });
  await world.running('web');
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
});

test('a crash loop ends where the policy no longer asks for another run', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { command: ['false'] });
  await world.until('backs off', 'web', ({ crashCount }) => crashCount === 4);
  await world.apply('web', { command: ['false'], restartPolicy: 'Never' });
  const { status } = await world.until('is over', 'web', ({ phase }) => phase === 'Failed');
  t.like(status?.state?.terminated, { exitCode: 1 });
  t.is(conditionsText(await world.get('web')), 'Ready=False Error, Stalled=True Error');
});
