import test from 'ava';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';

test('an applied Container runs after one status write, and then costs nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('first');
  await world.running('first');
  await world.quiet();
  world.writes.length = 0;
  await world.apply('web');
  const { status, metadata } = await world.running('web');
  t.deepEqual(
    world.writes.filter((write) => write.startsWith('updateStatus')),
    ['updateStatus Container default/web'],
  );
  t.like(status, { phase: 'Running', summary: 'Running', started: true, restartCount: 0, logRun: 0, image: 'app:1' });
  t.is(status?.observedGeneration, metadata.generation);
  t.regex(status?.imageID ?? '', /^sha256:/);
  t.deepEqual(await world.costOfNothing(), []);
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
});
