/** Containers that live in the network of another. */
import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld, isReady } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('a Container shares the network of another, waits for it, and follows another one of its name', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('side', { networkMode: 'container:main' });
  await world.until('waits', 'side', (_, object) => conditionOf(object, 'Ready')?.reason === 'SandboxNotFound');
  await world.apply('main', { networks: [{ name: 'default' }] });
  const main = await world.running('main');
  const side = await world.running('side');
  const spec = (object: Container) => world.controls.instance(world.only(object))?.spec.sandbox;
  t.is(spec(side)?.netnsPath, spec(main)?.netnsPath);
  t.is(spec(side)?.mode, 'shared');
  await world.delete('main');
  await world.gone('main');
  const alone = await world.until('tells it', 'side', (_, object) => !isReady(object));
  t.is(alone.status?.pid, side.status?.pid);
  await world.apply('main');
  const next = await world.running('main');
  const moved = await world.running('side', ({ pid }) => pid !== side.status?.pid);
  t.is(spec(moved)?.netnsPath, spec(next)?.netnsPath);
});

test('who shares the network of a container that comes with it need not wait', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('side', { networkMode: 'container:main' });
  await world.apply('main', { networks: [{ name: 'default' }] });
  await world.running('main');
  const before = time.now();
  await world.running('side');
  t.true(time.now() - before < 10_000);
});

test('after a boot of the machine, who shares the network of another comes with it', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('main', { networks: [{ name: 'default' }] });
  await world.apply('a-side', { networkMode: 'container:main' });
  const [main, side] = [await world.running('main'), await world.running('a-side')];
  await world.stop();
  for (const { metadata } of [main, side]) await world.runtime.sandboxes.remove(`${metadata.uid}.0`);
  for (const object of [main, side]) world.controls.deleteTask(world.only(object));
  const before = time.now();
  await world.start();
  await world.running('a-side', ({ pid }) => pid !== side.status?.pid);
  t.true(time.now() - before < 10_000);
});
