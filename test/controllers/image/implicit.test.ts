import test from 'ava';
import type { Image } from '../../../schemas/gen/types.ts';
import { ContainerWorld, IMAGE, isReady } from '../../support/container-world.ts';

const images = async (world: ContainerWorld): Promise<readonly Image[]> =>
  (await world.user.list<Image>(IMAGE, { namespace: 'default' })).items;

test('many Containers of one reference make one Image, which goes with the last of them', async (t) => {
  await using world = await ContainerWorld.open();
  const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  await Promise.all(names.map((name) => world.apply(name)));
  for (const name of names) await world.running(name);
  const [image, ...others] = await images(world);
  t.deepEqual(others, []);
  t.is(image?.metadata.labels?.['tsmoby.dev/implicit'], 'true');
  t.is(world.controls.calls.get('images.pull'), 1);
  const [last = '', ...rest] = names;
  for (const name of rest) await world.delete(name);
  for (const name of rest) await world.gone(name);
  await world.quiet();
  t.is((await images(world)).length, 1);
  await world.delete(last);
  await world.eventually('the Image is gone', async () => (await images(world)).length === 0);
  await world.eventually('nothing is left', async () => (await world.holdings()).length === 0);
});

test('a Container that comes while the Image of the last one goes gets another', async (t) => {
  await using world = await ContainerWorld.open();
  for (let round = 0; round < 5; round += 1) {
    await world.apply('web');
    await world.running('web');
    await world.delete('web');
    await world.gone('web');
  }
  await world.apply('web');
  await world.running('web');
  t.is((await images(world)).length, 1);
});

test('a Container that turns to another reference leaves no Image behind', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  await world.apply('web');
  await world.running('web');
  await world.apply('web', { image: 'app:2' });
  await world.running('web', ({ image }) => image === 'app:2');
  await world.eventually(
    'one is left',
    async () => (await images(world)).map(({ spec }) => spec.reference).join() === 'app:2',
  );
  await world.apply('web', { image: 'app:2', imagePullPolicy: 'IfNotPresent' });
  await world.eventually('one is left again', async () => {
    const [only, ...others] = await images(world);
    return others.length === 0 && only?.spec.pullPolicy === 'IfNotPresent';
  });
  t.is((await world.running('web')).status?.restartCount, 1, 'the same image by another way is no replacement');
});

test('a declared Image is used before one is made', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create({
    ...IMAGE,
    metadata: { name: 'app', namespace: 'default' },
    spec: { reference: 'app:1' },
  } as never);
  await world.image('app', isReady);
  await world.apply('web');
  await world.running('web');
  t.deepEqual(
    (await images(world)).map(({ metadata }) => metadata.name),
    ['app'],
  );
});

test('policy Always asks the registry for each new container, and follows a tag that moved', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addImage('docker.io/library/app:latest');
  await world.apply('one', { image: 'app' });
  const one = await world.running('one');
  const first = world.controls.calls.get('images.pull') ?? 0;
  world.controls.addImage('docker.io/library/app:latest', { version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await world.apply('two', { image: 'app' });
  const two = await world.running('two');
  t.true((world.controls.calls.get('images.pull') ?? 0) > first);
  t.not(two.status?.imageID, one.status?.imageID);
  t.deepEqual(await world.costOfNothing(), []);
});

test('policy Always with a registry that is away says so', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { imagePullPolicy: 'Always' });
  await world.running('web');
  world.runtime.images.remote.clear();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await world.apply('web', { imagePullPolicy: 'Always', args: ['sleep', '1000'] });
  const waiting = await world.until('waits', 'web', ({ summary }) => summary === 'ErrImagePull');
  t.is(waiting.status?.phase, 'Running', 'the former container runs on');
});
